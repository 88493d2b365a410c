/** What is typed and must not be seen. */
import { sentenceOf, type Shell } from './shell.ts'
import type { Message } from '../messages/catalogue.ts'

const endOfText = '\u0003'
const endOfInput = '\u0004'

/** Until Enter; null: Ctrl-C or Ctrl-D. Standard input is a terminal. */
export function typed(shell: Shell, prompt: Message): Promise<string | null> {
  const { stdin } = process
  shell.writeError(sentenceOf(prompt, shell.language))
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  let text = ''
  return new Promise((resolve) => {
    const end = (result: string | null): void => {
      stdin.off('data', hear)
      stdin.setRawMode(false)
      stdin.pause()
      shell.writeError('\n')
      resolve(result)
    }
    const hear = (chunk: string): void => {
      for (const letter of chunk) {
        if (letter === '\r' || letter === '\n') return end(text)
        if (letter === endOfText || letter === endOfInput) return end(null)
        if (letter === '\u007f' || letter === '\b') text = Array.from(text).slice(0, -1).join('')
        else text += letter
      }
    }
    stdin.on('data', hear)
  })
}
