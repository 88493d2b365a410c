/**
 * The `kagami` command: reads the command line, and tells what is wrong with it in the operator's language.
 *
 * Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 kagamid does not answer; 4 the
 * definition has errors.
 */
import { CommanderError } from 'commander'
import { say, type Message } from '../messages/catalogue.ts'
import { commands, misusedOf, nameOf, shellOf } from './commands.ts'
import { complain, exitCode, languageOf, type ExitCode, type Shell } from './shell.ts'

const language = languageOf(wantedLanguage(process.argv), process.env)
process.stdout.on('error', () => process.exit(exitCode.ok)) // the reader of a pipe has left
process.exitCode = await run(process.argv)

async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok
  const program = commands(language, (result) => {
    code = result
  })
  const shell = (): Shell => {
    const known = shellOf(program, language)
    // What is wrong with the command line may stand before it.
    return { ...known, json: known.json || argv.includes('--json') }
  }
  try {
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const detail = error instanceof Error ? error.message : String(error)
      complain(shell(), say('command-failed', { detail }))
      return exitCode.failed
    }
    if (error.exitCode === 0) return exitCode.ok
    const { json } = shell()
    // For people the help is there already.
    if (error.code === 'commander.help' && !json) return exitCode.usage
    complain(shell(), usageMessage(error))
    return exitCode.usage
  }
}

/** `--lang` counts before the command line is read: its errors are to be in that language too. */
function wantedLanguage(argv: readonly string[]): string | undefined {
  const index = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  return index === -1 ? undefined : (argv[index]?.split('=')[1] ?? argv[index + 1])
}

function usageMessage(error: CommanderError): Message {
  const place = misusedOf(error)
  const command = place === null ? 'kagami' : nameOf(place)
  const text = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  switch (error.code) {
    case 'commander.unknownCommand':
      return say('command-unknown', { command, text })
    case 'commander.help': {
      const expected = place?.commands.map((child) => child.name()).join(', ') ?? ''
      return say('command-missing', { command, expected })
    }
    case 'commander.unknownOption':
      return say('option-unknown', { command, text })
    case 'commander.missingArgument':
    case 'commander.optionMissingArgument':
    case 'commander.missingMandatoryOptionValue':
      return say('argument-missing', { command, text })
    case 'commander.invalidArgument':
      return say('argument-invalid', { command, ...invalid(error.message) })
    case 'commander.excessArguments':
      return say('argument-excess', {
        command,
        text: / got \d+: (.*)\.$/.exec(error.message)?.[1] ?? '',
      })
    default:
      return say('command-failed', { detail: error.message })
  }
}

/** `error: option '--days <NUMBER>' argument '0' is invalid. 1–3650`: the last words are our own. */
function invalid(message: string): { readonly text: string; readonly expected: string } {
  const parts =
    /option '(?:-\w, )?(\S+)[^']*' argument '(.*)' is invalid\. (?:Allowed choices are )?(.*?)\.?$/s
  const [, option = '', value = '', expected = ''] = parts.exec(message) ?? []
  return { text: `${option} ${value}`, expected }
}
