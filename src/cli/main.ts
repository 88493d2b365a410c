/**
 * The `kagami` command: which commands there are, and how their words are said in the operator's
 * language. Each command is a file of its own; this one only reads the command line.
 *
 * Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 kagamid does not answer; 4 the
 * definition has errors.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { apiSocket } from '../api.ts'
import { say, type Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'
import { addAccessCommands } from './access.ts'
import { orderGroup } from './group.ts'
import { helpOf } from './help.ts'
import { showLog } from './log.ts'
import { addMaintenanceCommands } from './maintenance.ts'
import { addMirrorCommands } from './mirror-command.ts'
import { addQuestions } from './questions.ts'
import { orderServer } from './server.ts'
import { complain, exitCode, languageOf, type ExitCode, type Shell } from './shell.ts'
import { showStatus, type StatusOptions } from './status.ts'

const language = languageOf(wantedLanguage(process.argv), process.env)
process.stdout.on('error', () => process.exit(exitCode.ok)) // the reader of a pipe has left
process.exitCode = await run(process.argv)

async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok
  const program = commands(language, (result) => {
    code = result
  })
  try {
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const detail = error instanceof Error ? error.message : String(error)
      complain(shellOf(program), say('command-failed', { detail }))
      return exitCode.failed
    }
    if (error.exitCode === 0) return exitCode.ok
    if (error.code === 'commander.help') return exitCode.usage
    complain(shellOf(program), usageMessage(error, argv))
    return exitCode.usage
  }
}

function commands(spoken: Language, finish: (code: ExitCode) => void): Command {
  const help = helpOf(spoken)
  const program = new Command('kagami')
  const add = (parent: Command, usage: string, text: string) =>
    quiet(parent.command(usage).description(text), help)

  quiet(program.description(help.program), help)
    .addOption(new Option('--lang <LANGUAGE>', help.lang).choices(['ja', 'en']))
    .option('--socket <PATH>', help.socket)
    .addHelpText('after', `\n${help.after}`)

  add(program, 'status', help.status)
    .option('--json', help.json)
    .option('--watch', help.watch)
    .action(async (options: StatusOptions) => finish(await showStatus(shellOf(program), options)))

  addQuestions(program, { help, shell: () => shellOf(program), finish, add })

  const group = add(program, 'group', help.group)
  for (const action of ['move', 'start', 'stop'] as const) {
    const command = add(group, `${action} <NAME>`, help[action])
    if (action !== 'stop') command.option('--to <SERVER>', help.to)
    command.option('--no-wait', help.noWait)
    command.action(
      async (name: string, options: { readonly to?: string; readonly wait: boolean }) =>
        finish(await orderGroup(shellOf(program), { action, group: name, ...options })),
    )
  }

  const server = add(program, 'server', help.server)
  for (const action of ['standby', 'online', 'stop-waiting'] as const) {
    const command = add(server, `${action} <NAME>`, help[action])
    if (action === 'standby') command.option('--no-wait', help.noWait)
    command.action(async (name: string, { wait = true }: { readonly wait?: boolean }) =>
      finish(await orderServer(shellOf(program), { action, server: name, wait })),
    )
  }

  addMaintenanceCommands(program, {
    help,
    shell: () => shellOf(program),
    finish,
    add,
    group,
    server,
  })

  addAccessCommands(program, { help, shell: () => shellOf(program), finish, add })

  add(program, 'log', help.log)
    .option('-n, --lines <NUMBER>', help.lines, lineCount, 50)
    .option('--follow', help.follow)
    .option('--json', help.json)
    .action(async (options: { readonly lines: number }) =>
      finish(await showLog(shellOf(program), options)),
    )

  addMirrorCommands(program, {
    language: spoken,
    shell: () => shellOf(program),
    finish,
    add,
  })

  add(program, 'manager', help.manager)
  add(program, 'witness', help.witness)
  add(program, 'lab', help.lab)
  return program
}

/** Errors are told by `run`; help after a missing command goes to standard error. */
function quiet(command: Command, help: ReturnType<typeof helpOf>): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ styleTitle: help.title, showGlobalOptions: true, optionDescription })
    .helpOption('-h, --help', help.help)
    .helpCommand(false)
}

/** Without commander's own English remarks on choices and defaults. */
function optionDescription(option: Option): string {
  return option.description
}

function shellOf(program: Command): Shell {
  const { socket } = program.opts<{ readonly socket?: string }>()
  const isTerminal = process.stdout.isTTY
  return {
    language,
    socket: socket ?? process.env['KAGAMI_SOCKET'] ?? apiSocket,
    isTerminal,
    colour: isTerminal && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
    columns: isTerminal ? process.stdout.columns : 80,
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  }
}

/** `--lang` counts before the command line is read: its errors are to be in that language too. */
function wantedLanguage(argv: readonly string[]): string | undefined {
  const index = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  return index === -1 ? undefined : (argv[index]?.split('=')[1] ?? argv[index + 1])
}

function lineCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('')
  return Number(text)
}

function usageMessage(error: CommanderError, argv: readonly string[]): Message {
  const quoted =
    /argument '([^']*)' is invalid/.exec(error.message) ?? /'([^']*)'/.exec(error.message)
  const text = quoted?.[1] ?? ''
  switch (error.code) {
    case 'commander.unknownCommand':
      return say('command-unknown', { text })
    case 'commander.unknownOption':
      return say('option-unknown', { text })
    case 'commander.missingArgument':
    case 'commander.optionMissingArgument':
    case 'commander.missingMandatoryOptionValue':
      return say('argument-missing', { text })
    case 'commander.invalidArgument':
      return say('argument-invalid', { text })
    default:
      return say('argument-invalid', { text: argv.slice(2).join(' ') })
  }
}
