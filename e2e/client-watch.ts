/**
 * What a client sees of a counter page, for a test: runs in the client's namespace, asks every
 * 25 ms over a new connection, and reports on SIGINT whether it ever got an older page than one
 * that it had seen before that request began.
 */
import { get } from 'node:http'

const [url = ''] = process.argv.slice(2)
const everyMs = 25
const timeoutMs = 1000

let newest = -1
let answers = 0
const older: { readonly got: number; readonly seen: number; readonly at: string }[] = []

function ask(): void {
  const seen = newest
  const request = get(url, { agent: false, timeout: timeoutMs }, (response) => {
    let text = ''
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    response.on('end', () => {
      const number = Number(text.trim())
      if (response.statusCode !== 200 || text.trim() === '' || !Number.isInteger(number)) return
      answers += 1
      if (number < seen) older.push({ got: number, seen, at: new Date().toISOString() })
      newest = Math.max(newest, number)
    })
  })
  request.on('timeout', () => request.destroy())
  request.on('error', () => undefined)
}

setInterval(ask, everyMs)
process.on('SIGINT', () => {
  console.log(JSON.stringify({ newest, answers, older }))
  process.exit(0)
})
