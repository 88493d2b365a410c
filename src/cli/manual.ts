/** The manual page, made of the commands themselves. */
import type { Command, Option } from 'commander'

interface Titles {
  readonly name: string
  readonly synopsis: string
  readonly options: string
  readonly commands: string
  readonly programs: string
  readonly exit: string
}

/** A page for man(1). `programs`: what `--json` prints. `after`: the exit codes, as `--help` says them. */
export function manualOf(
  program: Command,
  {
    titles,
    about,
    programs,
    after,
  }: Readonly<Record<'about' | 'programs' | 'after', string>> & { readonly titles: Titles },
): string {
  const lines = [
    '.\\" Made from the commands: UPDATE=1 vitest run --project unit src/cli/manual.test.ts',
    '.TH KAGAMI 1',
    `.SH ${titles.name}`,
    `kagami \\- ${roff(about)}`,
    `.SH ${titles.synopsis}`,
    '.B kagami',
    '.RI [ options ] " command " ...',
    `.SH ${titles.options}`,
    ...optionLines(program),
    `.SH ${titles.commands}`,
    ...leavesOf(program).flatMap(({ words, command }) => [
      '.SS',
      `.B ${roff(['kagami', ...words, argumentsOf(command)].filter((word) => word !== '').join(' '))}`,
      '.PP',
      roff(command.description()),
      ...optionLines(command),
    ]),
    `.SH ${titles.programs}`,
    roff(programs),
    `.SH ${titles.exit}`,
    roff(after),
  ]
  return `${lines.join('\n')}\n`
}

function optionLines(command: Command): string[] {
  return command.options.flatMap((option: Option) => [
    '.TP',
    `.B ${roff(option.flags)}`,
    roff(option.description),
  ])
}

interface Leaf {
  readonly words: readonly string[]
  readonly command: Command
}

function leavesOf(command: Command, words: readonly string[] = []): Leaf[] {
  return command.commands.flatMap((child) => {
    const all = [...words, child.name()]
    return child.commands.length === 0 ? [{ words: all, command: child }] : leavesOf(child, all)
  })
}

function argumentsOf(command: Command): string {
  return command.registeredArguments
    .map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`))
    .join(' ')
}

function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/\s*\n/g, '\n.br\n')
  return escaped.replaceAll(/^([.'])(?!br$)/gm, '\\&$1')
}
