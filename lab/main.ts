/**
 * The `lab` command by itself: `kagami lab …` runs this.
 *
 * `exec` is read here and not by commander: loading that library opens standard output and error,
 * which makes a pipe non-blocking for the command that this process then becomes (`cat` of a disk
 * into a pipe would fail half-way).
 */
import { becomeCommandOn } from './exec.ts'
import { execWords } from './exec-words.ts'
import { labAt } from './names.ts'
import { WrongUsage } from './wrong-usage.ts'

try {
  const exec = execWords(process.argv.slice(2))
  if (exec !== null) becomeCommandOn(labAt(exec.dir), exec.where, exec.command)
  const { labCommand } = await import('./command.ts')
  await labCommand().parseAsync()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = error instanceof WrongUsage ? 2 : 1
}
