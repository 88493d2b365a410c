/**
 * A client that asks for a page again and again, each time over a new connection and without
 * waiting for earlier answers, and says when it got none. Runs in the client's namespace.
 *
 * Arguments: URL, milliseconds between requests, seconds to run (0: until SIGINT), `json` or `text`.
 */
import { Agent, get } from 'node:http'
import { type Outage, outagesOf, type Request } from './outages.ts'

const [url = '', everyText = '20', secondsText = '0', format = 'text'] = process.argv.slice(2)
const everyMs = Number(everyText)
const seconds = Number(secondsText)
const timeoutMs = 1_000
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY })

const startedAt = Date.now()
const zeroMs = performance.now()
const requests: Request[] = []
let told = 0

const nowMs = (): number => performance.now() - zeroMs

function ask(): void {
  const request: Request = { startMs: nowMs(), endMs: null, error: null }
  requests.push(request)
  const finish = (error: string | null) => {
    if (request.endMs !== null) return
    clearTimeout(timer)
    request.endMs = nowMs()
    request.error = error
  }
  const call = get(url, { agent }, (response) => {
    const status = response.statusCode ?? 0
    response.resume()
    response.on('end', () => finish(status >= 200 && status < 400 ? null : `HTTP ${status}`))
    response.on('error', (error) => finish(error.message))
  })
  call.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message))
  const timer = setTimeout(() => {
    finish('no answer within 1 s')
    call.destroy()
  }, timeoutMs)
}

function shown(outage: Outage) {
  const startMs = Math.round(outage.startMs)
  return {
    startedAt: new Date(startedAt + startMs).toISOString(),
    startMs,
    lengthMs: Math.round(outage.lengthMs),
    error: outage.error,
    ended: outage.ended,
  }
}

function tell(outages: readonly Outage[]): void {
  for (const outage of outages.slice(told).filter((one) => one.ended)) {
    told += 1
    const { startedAt: at, lengthMs, error } = shown(outage)
    if (format === 'text') process.stdout.write(`${at}  no page for ${lengthMs} ms (${error})\n`)
  }
}

function report(): void {
  const outages = outagesOf(requests, nowMs())
  tell(outages)
  const failed = requests.filter((request) => request.error !== null).length
  if (format === 'json') {
    const whole = { url, everyMs, requests: requests.length, failed, outages: outages.map(shown) }
    process.stdout.write(`${JSON.stringify(whole)}\n`)
    return
  }
  const open = outages.find((outage) => !outage.ended)
  if (open !== undefined)
    process.stdout.write(`no page since ${shown(open).startedAt} (${open.error})\n`)
  process.stdout.write(`${requests.length} requests, ${failed} failed, ${outages.length} outages\n`)
}

function stop(): void {
  if (ending) return
  ending = true
  clearInterval(asking)
  const patienceEndsMs = nowMs() + timeoutMs + 200
  const waiting = setInterval(() => {
    if (requests.some((request) => request.endMs === null) && nowMs() < patienceEndsMs) return
    clearInterval(waiting)
    clearInterval(telling)
    report()
    process.exit(0)
  }, 10)
}

let ending = false
const asking = setInterval(ask, everyMs)
const telling = setInterval(() => tell(outagesOf(requests, nowMs())), 200)
if (seconds > 0) setTimeout(stop, seconds * 1_000)
process.on('SIGINT', stop)
process.on('SIGTERM', stop)
ask()
