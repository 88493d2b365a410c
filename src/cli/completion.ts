/**
 * The completion for bash, made of the commands themselves: `source <(kagami completion)`.
 *
 * The script goes through the words that are typed already: the value of an option is no command, and what
 * stands where no command can stand is a name. Then it knows what may come: a value of the last option,
 * a command, a file, or else an option.
 */
import type { Command, Option } from 'commander'

/** What can be lost besides servers and links by their names: a test compares with what-if. */
export const lostByKind = ['links', 'arbiter', 'disk'] as const

export function completionOf(program: Command): string {
  const places = placesOf(program)
  const options = places.flatMap(({ command }) => command.options)
  const withValue = options.filter(({ required, optional }) => required || optional)
  const isOne = withValue.filter(({ variadic }) => !variadic)
  const isMany = withValue.filter(({ variadic }) => variadic)
  const known = places.flatMap(({ words }) => (words.length === 0 ? [] : [`"${words.join(' ')}"`]))
  return `# source <(kagami completion)
_kagami() {
  local current="\${COMP_WORDS[COMP_CWORD]}" word path="" option="" many="" index
  local words="" options="" values="" files="" valuefiles=""
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    # --lang=ja is three words here.
    if [[ $word == "=" ]]; then continue; fi
    if [[ -n $option && ( -z $many || $word != -* ) ]]; then
      if [[ -z $many ]]; then option=""; fi
      continue
    fi
    option="" many=""
    case "$word" in
      ${patternOf(isOne)}) option="$word" ;;
      ${patternOf(isMany)}) option="$word" many=yes ;;
      -*) ;;
      *)
        case "$path\${path:+ }$word" in
          ${known.join('|')}) path="$path\${path:+ }$word" ;;
        esac
        ;;
    esac
  done
  if [[ $current == "=" ]]; then current=""; fi
  case "$option" in
${valueLines(withValue).join('\n')}
  esac
  case "$path" in
${places.map(placeLine).join('\n')}
  esac
  COMPREPLY=()
  if [[ -n $option && ( -z $many || $current != -* ) ]]; then
    words="$values" files="$valuefiles"
  elif [[ $current == -* || -z $words$files ]]; then
    words="$options" files=""
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _kagami kagami
`
}

interface Place {
  readonly words: readonly string[]
  readonly command: Command
}

function placesOf(command: Command, words: readonly string[] = []): Place[] {
  return [
    { words, command },
    ...command.commands.flatMap((child) => placesOf(child, [...words, child.name()])),
  ]
}

function flagsOf({ short, long }: Option): string[] {
  return [short, long].filter((flag) => flag !== undefined)
}

function patternOf(options: readonly Option[]): string {
  return [...new Set(options.flatMap(flagsOf))].join('|')
}

/** An option whose values are not known here offers none. */
function valueLines(options: readonly Option[]): string[] {
  const lines = options.flatMap((option) => {
    const choices = option.long === '--lose' ? lostByKind : option.argChoices
    const pattern = patternOf([option])
    if (choices !== undefined) return [`    ${pattern}) values="${choices.join(' ')}" ;;`]
    return isFile(/<(\w+)/.exec(option.flags)?.[1]) ? [`    ${pattern}) valuefiles=yes ;;`] : []
  })
  return [...new Set(lines)]
}

/** What may stand there: commands or a file; and options, those of what it is a part of as well. */
function placeLine({ words, command }: Place): string {
  const around: Command[] = []
  for (let each: Command | null = command; each !== null; each = each.parent) around.push(each)
  const options = [
    ...around.flatMap((each) => each.options.map(({ short, long }) => long ?? short ?? '')),
    '--help',
  ]
  const parts = [
    `words="${command.commands.map((child) => child.name()).join(' ')}"`,
    `options="${options.join(' ')}"`,
    ...(command.registeredArguments.some((each) => isFile(each.name())) ? ['files=yes'] : []),
  ]
  return `    "${words.join(' ')}") ${parts.join(' ')} ;;`
}

/** By the name of its place. */
function isFile(name: string | undefined): boolean {
  return name === 'PATH' || name === 'FILE' || name === 'SOCKET'
}
