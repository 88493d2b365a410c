/** The `lab` command by itself: `kagami lab …` runs this. */
import { labCommand } from './command.ts'

try {
  await labCommand().parseAsync()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
