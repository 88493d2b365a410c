/**
 * `kagami manager`: the Manager on a workstation, for one cluster or several.
 *
 *   kagami manager [--port N] [--server-port N] [--data FILE]
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileStore } from '../drivers/store.ts'
import { codeOf, render, renderAction, say, type Message } from '../messages/catalogue.ts'
import { openRegistry, type Registered } from './registry.ts'
import { makeManager } from './serve.ts'

const spoken = [process.env['LC_ALL'], process.env['LC_MESSAGES'], process.env['LANG']]
const language = spoken.find((each) => (each ?? '') !== '')?.startsWith('ja') === true ? 'ja' : 'en'
const folder = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')

// Started by the command line: it ends with it.
process.on('disconnect', () => process.exit(0))
process.channel?.unref()
await main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<void> {
  const options = optionsOf(words)
  if (options === null) {
    process.stderr.write('usage: kagami manager [--port N] [--server-port N] [--data FILE]\n')
    process.exitCode = 2
    return
  }
  const { port, serverPort, data } = options
  const registry = await openRegistry(fileStore<readonly Registered[]>(data))
  if ('reason' in registry)
    return fail(say('manager-list-unreadable', { path: data, reason: registry.reason }))
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const app = await makeManager({ serverPort, registry, hosts })
  try {
    await app.listen({ port, host: '127.0.0.1' })
  } catch (error) {
    return fail(say('manager-not-served', { port, reason: String(error) }))
  }
  const url = `http://127.0.0.1:${port}/`
  process.stdout.write(`${render(say('manager-serves', { url }), language)}\n`)
}

function optionsOf(words: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { port: text, 'server-port': text, data: text },
    })
    const port = Number(values.port ?? 29080)
    const serverPort = Number(values['server-port'] ?? 29003)
    const isPort = (number: number): boolean =>
      Number.isInteger(number) && number > 0 && number < 65_536
    if (!isPort(port) || !isPort(serverPort)) return null
    return { port, serverPort, data: values.data ?? join(folder, 'kagami/clusters.json') }
  } catch {
    return null
  }
}

function fail(message: Message): void {
  const action = renderAction(message, language)
  const lines = [`${codeOf(message)} ${render(message, language)}`, action ?? '']
  process.stderr.write(`${lines.filter((line) => line !== '').join('\n')}\n`)
  process.exitCode = 1
}
