/** Messages for the operators as lines on stderr: time, number, severity, text in English. */
import { codeOf, entryOf, type Message, render } from '../messages/catalogue.ts'

export function tellOnStderr(message: Message): void {
  const { severity } = entryOf(message)
  const line = `${new Date().toISOString()} ${codeOf(message)} ${severity} ${render(message, 'en')}`
  process.stderr.write(`${line}\n`)
}
