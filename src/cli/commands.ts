/** Which commands there are, and their words in the operator's language. Each is a file of its own. */
import { Command, Option, type CommanderError } from 'commander'
import { apiSocket } from '../api.ts'
import type { Language } from '../messages/message.ts'
import { addAccessCommands } from './access.ts'
import { completionOf } from './completion.ts'
import { orderGroup } from './group.ts'
import { helpOf } from './help.ts'
import { addLogCommands } from './log-command.ts'
import { addMaintenanceCommands, type Where } from './maintenance.ts'
import { addManagerCommand } from './manager-command.ts'
import { addMirrorCommands } from './mirror-command.ts'
import { addQuestions } from './questions.ts'
import { orderServer } from './server.ts'
import { exitCode, type ExitCode, type Shell } from './shell.ts'
import { showStatus, type StatusOptions } from './status.ts'

export function commands(spoken: Language, finish: (code: ExitCode) => void): Command {
  const help = helpOf(spoken)
  const shell = (): Shell => shellOf(program, spoken)
  const program = new Command('kagami')
  const add = (parent: Command, usage: string, text: string) =>
    quiet(parent.command(usage).description(text), help)

  quiet(program.description(help.program), help)
    .addOption(new Option('--lang <LANGUAGE>', help.lang).choices(['ja', 'en']))
    .option('--socket <PATH>', help.socket)
    .option('--json', help.json)
    .addHelpText('after', `\n${help.after}`)

  addStatus(program, { help, shell, finish, add })

  addQuestions(program, { help, shell, finish, add })

  const group = add(program, 'group', help.group)
  for (const action of ['move', 'start', 'stop'] as const) {
    const command = add(group, `${action} <NAME>`, help[action])
    if (action !== 'stop') command.option('--to <SERVER>', help.to)
    command.option('--no-wait', help.noWait)
    command.action(
      async (name: string, options: { readonly to?: string; readonly wait: boolean }) =>
        finish(await orderGroup(shell(), { action, group: name, ...options })),
    )
  }

  const server = add(program, 'server', help.server)
  for (const action of ['standby', 'online', 'stop-waiting'] as const) {
    const command = add(server, `${action} <NAME>`, help[action])
    if (action === 'standby') command.option('--no-wait', help.noWait)
    command.action(async (name: string, { wait = true }: { readonly wait?: boolean }) =>
      finish(await orderServer(shell(), { action, server: name, wait })),
    )
  }

  addMaintenanceCommands(program, {
    help,
    shell,
    finish,
    add,
    group,
    server,
  })

  addAccessCommands(program, { help, shell, finish, add })

  addLogCommands(program, { help, shell, finish, add })

  addMirrorCommands(program, {
    language: spoken,
    shell,
    finish,
    add,
  })

  addLists(program, { help, shell, finish, add })

  addManagerCommand(program, { help, shell, finish, add })
  add(program, 'witness', help.witness)
  add(program, 'lab', help.lab)
  add(program, 'completion', help.completion).action(() => {
    shell().write(completionOf(program))
    finish(exitCode.ok)
  })
  return program
}

type Place = Omit<Where, 'group' | 'server'>

function addStatus(parent: Command, { help, shell, finish, add }: Place): void {
  add(parent, 'status', help.status)
    .option('--watch', help.watch)
    .action(async (options: StatusOptions) => finish(await showStatus(shell(), options)))
}

/** `kagami server list` and its like: one kind of parts, now or again at every change. */
function addLists(program: Command, place: Place): void {
  const { help, shell, finish, add } = place
  const kinds = {
    ...({ server: 'servers', group: 'groups', monitor: 'monitors', mirror: 'mirrors' } as const),
    ...({ link: 'links', resource: 'resources', arbiter: 'arbiter' } as const),
  }
  for (const noun of ['link', 'resource', 'arbiter'] as const) add(program, noun, help[noun])
  for (const parent of program.commands) {
    if (parent.name() === 'cluster') addStatus(parent, place)
    const part = Object.entries(kinds).find(([noun]) => noun === parent.name())?.[1]
    if (part === undefined) continue
    add(parent, part === 'arbiter' ? 'show' : 'list', help.list)
      .option('--watch', help.watch)
      .action(async ({ watch = false }: { readonly watch?: boolean }) =>
        finish(await showStatus(shell(), { part, watch })),
      )
  }
}

const misused = new WeakMap<CommanderError, Command>()

/** The command that was written wrongly. */
export function misusedOf(error: CommanderError): Command | null {
  return misused.get(error) ?? null
}

/** `kagami group move` */
export function nameOf(command: Command): string {
  const { parent } = command
  return parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`
}

/** Errors are told by `run`; help after a missing command goes to standard error. */
function quiet(command: Command, help: ReturnType<typeof helpOf>): Command {
  return command
    .exitOverride((error) => {
      misused.set(error, command)
      throw error
    })
    .configureOutput({ outputError: () => {} })
    .configureHelp({ styleTitle: help.title, showGlobalOptions: true, optionDescription })
    .helpOption('-h, --help', help.help)
    .helpCommand(false)
}

/** Without commander's own English remarks on choices and defaults. */
function optionDescription(option: Option): string {
  return option.description
}

export function shellOf(program: Command, language: Language): Shell {
  const { socket, json } = program.opts<{ readonly socket?: string; readonly json?: boolean }>()
  const isTerminal = process.stdout.isTTY
  return {
    language,
    socket: socket ?? process.env['KAGAMI_SOCKET'] ?? apiSocket,
    json: json === true,
    isTerminal,
    colour: isTerminal && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
    columns: isTerminal ? process.stdout.columns : 80,
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  }
}
