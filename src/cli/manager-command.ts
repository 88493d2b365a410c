/**
 * `kagami manager`: the Manager on a workstation. It is a program of its own, which is started here once the
 * command line is right; it ends with this one.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { InvalidArgumentError, type Command } from 'commander'
import type { Where } from './maintenance.ts'
import { exitCode, type ExitCode, type Shell } from './shell.ts'

type Place = Omit<Where, 'group' | 'server'>

interface ManagerOptions {
  readonly port: number
  readonly serverPort: number
  readonly data?: string
}

export function addManagerCommand(program: Command, { help, shell, finish, add }: Place): void {
  add(program, 'manager', help.manager)
    .option('--port <PORT>', help.managerPort, portOf, 29080)
    .option('--server-port <PORT>', help.managerServerPort, portOf, 29003)
    .option('--data <FILE>', help.managerData)
    .action(async (options: ManagerOptions) => finish(await runManager(shell(), options)))
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('1–65535')
  return port
}

async function runManager(
  { language }: Shell,
  { port, serverPort, data }: ManagerOptions,
): Promise<ExitCode> {
  const program = fileURLToPath(new URL('../manager/main.ts', import.meta.url))
  const words = ['--port', String(port), '--server-port', String(serverPort)]
  if (data !== undefined) words.push('--data', data)
  const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
    // Over the channel it learns of our end, whatever that was.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    // It speaks the language of its surroundings.
    env: { ...process.env, LC_ALL: language === 'ja' ? 'ja_JP.UTF-8' : 'C.UTF-8' },
  })
  let isTold = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isTold = true
      child.kill(signal)
    })
  }
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 2) return exitCode.usage
  return code === 0 || isTold ? exitCode.ok : exitCode.failed
}
