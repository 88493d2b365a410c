/**
 * Lines that scripts wrote with `armlog`: appended to a file by a shell, read here. The file is
 * the queue, so nothing is lost while the daemon is away, and no script ever waits for it. How far
 * it was read stands in a second file beside it, for the next daemon.
 */
import { open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { say, type Message } from '../messages/catalogue.ts'

const pollMs = 100
const textMax = 1000
const readMax = 64 * 1024
/** Read to its end and this large: begun anew. */
const restartBytes = 256 * 1024

/** Returns how to stop it. */
export async function watchArmlog(
  path: string,
  tell: (message: Message) => void,
): Promise<() => void> {
  const offsetFile = `${path}.offset`
  let offset = Number(await readFile(offsetFile, 'utf8').catch(() => '0')) || 0
  let rest = ''
  let timer: NodeJS.Timeout | null = null
  let stopped = false
  const look = async (): Promise<void> => {
    const file = await open(path, 'r').catch(() => null)
    if (file !== null) {
      const text = await readFrom(file, offset)
      await file.close()
      offset += Buffer.byteLength(text, 'latin1')
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(-textMax * 4)
      for (const line of lines) tellLine(line, tell)
      if (text === '' && offset > restartBytes) {
        await rm(path, { force: true })
        offset = 0
        rest = ''
        await rm(offsetFile, { force: true })
      }
      // A line that is not whole yet is read again by the next daemon.
      if (text !== '')
        await writeFile(offsetFile, String(offset - rest.length)).catch(() => undefined)
    }
    if (!stopped) timer = setTimeout(() => void look(), pollMs)
  }
  await look()
  return () => {
    stopped = true
    if (timer !== null) clearTimeout(timer)
  }
}

/** Bytes as latin1, so that a character cut in two by the end of a read is put together again. */
async function readFrom(file: FileHandle, offset: number): Promise<string> {
  const buffer = Buffer.alloc(readMax)
  const { bytesRead } = await file.read(buffer, 0, readMax, offset)
  return buffer.toString('latin1', 0, bytesRead)
}

function tellLine(line: string, tell: (message: Message) => void): void {
  const text = Buffer.from(line, 'latin1').toString('utf8')
  const [group = '', ...words] = text.split('\t')
  const said = words.join(' ').slice(0, textMax)
  if (said !== '')
    tell(
      group === '' ? say('armlog-says', { text: said }) : say('script-says', { group, text: said }),
    )
}
