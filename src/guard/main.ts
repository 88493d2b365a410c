/**
 * kagami-guard: resets the server when its right to run has ended (safety.md 8), whatever became of
 * kagamid. It hears deadlines over a unix socket, keeps the last one when its connection ends, and does
 * nothing else. Started by kagamid, it outlives it.
 *
 *   kagami-guard SOCKET [MEANS]     MEANS: kernel,sysrq,program (the default is all, in this order)
 */
import { spawn } from 'node:child_process'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { bootClock } from '../drivers/clock.ts'
import { machineCalls } from '../drivers/machine-calls.ts'
import { openWatchdog, type Watchdog } from '../drivers/watchdog.ts'
import { parseGuardOrder, type GuardAnswer } from '../wire/guard.ts'

const tickMs = 20
const realTimePriority = 10
const lineBytesMax = 1024
const watchdogPath = '/dev/watchdog'
/** A whole number of seconds is all that a watchdog knows. */
const watchdogSeconds = 1

const [socketPath = '/run/kagami/guard.sock', meansText = 'kernel,sysrq,program'] =
  process.argv.slice(2)
const means = meansText.split(',')
const calls = machineCalls()

let until: number | null = null
let watchdog: Watchdog | null = null
let isOver = false

function look(): void {
  const now = bootClock.now()
  if (until === null) return
  if (now > until) return reset(now - until)
  // The hardware acts no later than the deadline, should this process end right now.
  if (watchdog !== null && now + watchdog.timeoutMs <= until) watchdog.pet()
}

function obey(next: number | null): void {
  if (next !== null && until === null) arm()
  if (next === null && until !== null) disarm()
  until = next
}

function arm(): void {
  if (means.includes('kernel')) watchdog = openWatchdog(watchdogPath, watchdogSeconds, calls)
}

function disarm(): void {
  watchdog?.release()
  watchdog = null
}

/** Nothing is flushed and nobody is told: the other server counts on this. */
function reset(lateMs: number): void {
  if (isOver) return
  isOver = true
  // Whoever is still here then tries again; the watchdog is not petted any more.
  setTimeout(() => {
    isOver = false
  }, 1000)
  process.stderr.write(`the lease is over since ${Math.round(lateMs)} ms: reset\n`)
  if (means.includes('kernel')) {
    process.stderr.write(`reboot: ${calls?.restart() ?? 'cannot be called'}\n`)
  }
  if (means.includes('sysrq')) pressReset()
  if (!means.includes('program')) return
  const program = spawn('reboot', ['-f', '-n'], { stdio: 'ignore' })
  program.on('error', (error) => process.stderr.write(`reboot: ${error.message}\n`))
}

function pressReset(): void {
  try {
    writeFileSync('/proc/sysrq-trigger', 'b')
  } catch (error) {
    process.stderr.write(`sysrq: ${String(error)}\n`)
  }
}

function serve(socket: Socket): void {
  // It says a line each time; one that never ends is no order.
  socket.on('data', (chunk) => {
    if (chunk.length > lineBytesMax) socket.destroy()
  })
  socket.on('error', () => socket.destroy())
  const lines = createInterface({ input: socket })
  lines.on('error', () => undefined)
  lines.on('line', (line) => {
    if (socket.destroyed) return
    const order = parseGuardOrder(line)
    if (order === null) return void socket.destroy()
    obey(order.until)
    const answer: GuardAnswer = { until, watchdog: watchdog !== null }
    socket.write(`${JSON.stringify(answer)}\n`)
    if (order.quit === true && until === null) process.exit(0)
  })
}

function listen(): void {
  // The kernel frees this name with the process: a second guard finds it taken.
  const lock = createServer()
  lock.once('error', () => process.exit(1))
  lock.listen(`\0kagami-guard ${socketPath}`, () => {
    rmSync(socketPath, { force: true })
    const server = createServer(serve)
    server.listen(socketPath, () => chmodSync(socketPath, 0o600))
  })
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (until === null) process.exit(0)
  })
}
// Its memory is not locked (mlockall): V8 gives pages back, and ends the process when it cannot.
if (calls?.runInRealTime(realTimePriority) !== true) {
  process.stderr.write('no real-time priority\n')
}
try {
  writeFileSync('/proc/self/oom_score_adj', '-1000')
} catch {
  process.stderr.write('the kernel may end this process when memory is short\n')
}
listen()
setInterval(look, tickMs)
