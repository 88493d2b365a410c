/** The words of `kagami log` and `kagami operations` on the command line. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { LogFilter } from './log-filter.ts'
import { showLog, type LogOptions } from './log.ts'
import type { Where } from './maintenance.ts'
import { momentForms, momentOf } from './moment.ts'
import { showOperations } from './operations.ts'

type Place = Omit<Where, 'group' | 'server'>

export function addLogCommands(program: Command, { help, shell, finish, add }: Place): void {
  const filtered = (command: Command): Command =>
    command
      .option('-n, --lines <NUMBER>', help.lines, lineCount)
      .option('--since <TIME>', help.since, since)
      .option('--search <TEXT>', help.search)
      .option('--server <NAME>', help.writtenBy)

  filtered(add(program, 'log', help.log))
    .addOption(
      new Option('--severity <SEVERITY>', help.severity).choices(['error', 'warning', 'info']),
    )
    .option('--follow', help.follow)
    .action(async (options: LogOptions) => finish(await showLog(shell(), options)))

  filtered(add(program, 'operations', help.operations)).action(async (filter: LogFilter) =>
    finish(await showOperations(shell(), filter)),
  )
}

function lineCount(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('0–999999')
  return Number(text)
}

function since(text: string): number {
  const moment = momentOf(text, Date.now())
  if (moment === null) throw new InvalidArgumentError(momentForms)
  return moment
}
