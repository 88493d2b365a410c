/**
 * The demonstration: the HOWTO's section 6 and beyond, on two servers made for it, step by step in
 * plain words, with what a client measured. Exits with 0 only if every step held. With a terminal
 * it then stays until Ctrl-C, so that you can try things yourself.
 */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ClusterStatus } from '../src/api.ts'
import { startProbe } from './demo-probe.ts'
import { texts, type Texts } from './demo-texts.ts'

const root = resolve(import.meta.dirname, '..')
const node = resolve(root, 'node_modules/.bin/node')
const dir = process.env['KAGAMI_LAB_DIR'] ?? resolve('.lab')
const say: Texts = texts(process.env)
const url = 'http://192.168.4.15/'
const waitMs = 60_000
const probeStartMs = 400
const probeEndMs = 1200

class StepFailed extends Error {}

function lab(...words: string[]): Promise<string> {
  const [command = '', ...rest] = words
  return new Promise((done, failed) => {
    execFile(
      node,
      [resolve(root, 'lab/main.ts'), command, '--dir', dir, ...rest],
      (error, stdout, stderr) => {
        if (error === null) done(stdout)
        else failed(new StepFailed(`lab ${words.join(' ')}: ${stderr.trim()}`))
      },
    )
  })
}

const sh = (where: string, script: string) => lab('exec', where, '--', 'sh', '-ec', script)

async function status(server: string): Promise<ClusterStatus | null> {
  return lab('exec', server, '--', 'kagami', 'status', '--json').then(
    (text) => JSON.parse(text) as ClusterStatus,
    () => null,
  )
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + waitMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new StepFailed(what)
    await pause(100)
  }
}

async function green(owner: string): Promise<void> {
  await until(say.neverGreen(owner), async () => {
    const all = await Promise.all(['SERVER1', 'SERVER2'].map(status))
    return all.every((each) => each?.summary.health === 'green' && each.groups[0]?.owner === owner)
  })
}

async function runsOn(server: string): Promise<void> {
  await until(say.neverRuns(server), async () => {
    const group = (await status(server))?.groups[0]
    return group?.state === 'running' && group.owner === server
  })
}

/** The page through the floating IP must say this. */
async function expectPage(text: string): Promise<void> {
  const page = (await sh('client', `curl -sf -m 5 ${url}`)).trim()
  if (page !== text) throw new StepFailed(say.wrongPage(text, page))
  console.log(say.page(url, page))
}

async function writePage(server: string, text: string): Promise<void> {
  const file = '/mnt/mirror/www/html/index.html'
  await sh(
    server,
    `echo '${text}' >${file}.new && sync ${file}.new && mv ${file}.new ${file} && sync $(dirname ${file})`,
  )
}

/** One step under the probe: what it did to a client. */
async function measured(title: string, step: () => Promise<void>): Promise<void> {
  console.log(`\n${say.step(title)}`)
  const probe = startProbe(dir, url)
  try {
    await pause(probeStartMs)
    await step()
    // Long enough for a request that was under way to end.
    await pause(probeEndMs)
  } finally {
    console.log(say.outages(await probe.stop()))
  }
}

async function walk(): Promise<void> {
  console.log(say.title)
  console.log(say.bringingUp)
  await lab('up')
  await green('SERVER1')
  await sh('SERVER1', 'mkdir -p /mnt/mirror/www/html')
  await writePage('SERVER1', 'Hello from the mirror')
  console.log(await lab('exec', 'SERVER1', '--', 'df', '-k', '/mnt/mirror'))
  await expectPage('Hello from the mirror')
  await measured(say.move, async () => {
    await lab('exec', 'SERVER1', '--', 'kagami', 'group', 'move', 'Apache', '--to', 'SERVER2')
    await runsOn('SERVER2')
    await expectPage('Hello from the mirror')
  })
  await green('SERVER2')
  await measured(say.moveBack, async () => {
    await lab('exec', 'SERVER1', '--', 'kagami', 'group', 'move', 'Apache', '--to', 'SERVER1')
    await runsOn('SERVER1')
  })
  await green('SERVER1')
  await measured(say.powerCut, async () => {
    await writePage('SERVER1', 'Written a moment before the power was cut')
    await lab('power-off', 'SERVER1')
    await runsOn('SERVER2')
    await expectPage('Written a moment before the power was cut')
    await showStatus('SERVER2')
  })
  await measured(say.comesBack, async () => {
    await lab('power-on', 'SERVER1')
    await green('SERVER2')
  })
  await measured(say.moveHome, async () => {
    await lab('exec', 'SERVER2', '--', 'kagami', 'group', 'move', 'Apache', '--to', 'SERVER1')
    await runsOn('SERVER1')
    await expectPage('Written a moment before the power was cut')
  })
  await green('SERVER1')
  await showStatus('SERVER1')
}

async function showStatus(server: string): Promise<void> {
  console.log(await lab('exec', server, '--', 'kagami', 'status'))
}

/** Ctrl-C at any moment takes everything down again. */
let isInterrupted = false
const interrupted = new Promise<void>((done) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isInterrupted = true
      done()
    })
  }
})

async function main(): Promise<number> {
  try {
    await Promise.race([walk(), interrupted])
  } catch (error) {
    // A step that Ctrl-C broke off has not failed.
    if (!isInterrupted) {
      console.error(`\n${say.failed(error instanceof Error ? error.message : String(error))}`)
      await lab('down').catch(() => undefined)
      return 1
    }
  }
  if (!isInterrupted) {
    console.log(`\n${say.allHeld}`)
    if (process.stdin.isTTY) {
      console.log(say.tryYourself)
      process.stdin.resume()
      await interrupted
    }
  }
  if (isInterrupted) console.log(say.takingDown)
  await lab('down')
  return isInterrupted && !process.stdin.isTTY ? 130 : 0
}

process.exit(await main())
