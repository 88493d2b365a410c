/** Whether the text of a start or stop script would run at all. Pure; takes the file's bytes. */
import { say, type Message } from '../messages/catalogue.ts'

export interface ScriptFinding {
  readonly line: number
  readonly column: number
  readonly message: Message
}

/** Any encoding is accepted: a shell does not mind, and old scripts are often EUC-JP. */
export function checkScript(bytes: Uint8Array): readonly ScriptFinding[] {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return [{ line: 1, column: 1, message: say('script-has-bom') }]
  }
  const carriageReturn = bytes.findIndex(
    (byte, index) => byte === 0x0d && bytes[index + 1] === 0x0a,
  )
  if (carriageReturn !== -1) {
    const before = bytes.subarray(0, carriageReturn)
    const line = before.filter((byte) => byte === 0x0a).length + 1
    const column = carriageReturn - before.lastIndexOf(0x0a)
    return [{ line, column, message: say('script-has-crlf') }]
  }
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) {
    return [{ line: 1, column: 1, message: say('script-no-interpreter') }]
  }
  return []
}
