/** The Manager's page on the lab's real cluster: how soon it can be used, and how soon it shows a change. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { openBrowser } from '../lab/browser.ts'
import { definitionWith } from './failover-kagami.ts'
import { Hosts } from './failover-hosts.ts'
import { BenchFailure, type Stage } from './stage.ts'

export interface PageFigures {
  /** From the first request until the login can be typed, with nothing in the browser's store, ms. */
  readonly interactiveMs: readonly number[]
  /** From an order (which is answered on the way) until the tree shows what it did, ms. */
  readonly updateMs: readonly number[]
  /** From the order to cut the power of the page's server until the page lives through the other one, ms. */
  readonly goesOnMs: readonly number[]
}

const password = 'correct horse battery'
const server = 'https://192.168.4.21:29003'

export async function measurePage(stage: Stage, rounds: number): Promise<PageFigures> {
  const hosts = new Hosts(stage, 'manager')
  try {
    await hosts.lab('up', '--config', definitionWith(stage, 'ping'))
    await hosts.until('the group runs', async () => {
      const text = await hosts.trySh('SERVER1', 'kagami status --json')
      return text !== null && /"health": "green"/.test(text.slice(0, 400))
    })
    await hosts.sh('SERVER1', `echo '${password}' | kagami user add admin --role operator`)
    const token = await hosts.sh('SERVER1', 'kagami token add bench --role operator 2>/dev/null')
    const authority = await hosts.sh('SERVER1', 'cat /etc/kagami/keys/ca.pem')
    const opened = await openBrowser(hosts.dir, authority)
    try {
      // The browser's own first start is not the page's.
      await interactive(opened.browser)
      const interactiveMs: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        interactiveMs.push(await interactive(opened.browser))
      }
      const updateMs = await updates(opened.browser, token, rounds)
      return { interactiveMs, updateMs, goesOnMs: await powerCuts(opened.browser, hosts) }
    } finally {
      await opened.close()
    }
  } finally {
    hosts.down()
  }
}

const watchLogin = `new MutationObserver(() => {
  const field = document.querySelector('input[name=user]')
  if (field === null || globalThis.usableMs !== undefined) return
  requestAnimationFrame(() => setTimeout(() => (globalThis.usableMs ??= performance.now())))
}).observe(document, { childList: true, subtree: true })`

async function interactive(browser: Browser): Promise<number> {
  const context = await browser.newContext({ locale: 'en-GB' })
  const page = await context.newPage()
  await page.addInitScript(watchLogin)
  await page.goto(server)
  const ms = await until<number>(page, 'globalThis.usableMs')
  await context.close()
  return ms
}

const watchMonitor = `globalThis.seen = []
let last = null
new MutationObserver(() => {
  const row = [...document.querySelectorAll('[role=row]')].find((each) => each.textContent.startsWith('page'))
  const text = row?.textContent ?? ''
  if (text === last) return
  last = text
  requestAnimationFrame(() => globalThis.seen.push({ at: Date.now(), text }))
}).observe(document.body, { childList: true, subtree: true, characterData: true })`

interface Seen {
  readonly at: number
  readonly text: string
}

/** Another operator suspends a monitor and lets it go on; this page is told by nobody but the server. */
async function updates(browser: Browser, token: string, rounds: number): Promise<number[]> {
  const context = await browser.newContext({ locale: 'en-GB' })
  const page = await logIn(await context.newPage())
  const other = await context.newPage()
  await other.goto(`${server}/api/v1/health`)
  await page.bringToFront()
  await page.evaluate(watchMonitor)
  const found: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const [action, word] of [
      ['suspend', 'suspended'],
      ['resume', 'fine'],
    ] as const) {
      // Not in step with anything.
      await pause(400 + Math.random() * 500)
      const at = await order(other, action, token)
      const seen = await shown(page, at, word)
      found.push(seen - at)
    }
  }
  await context.close()
  return found
}

async function logIn(page: Page): Promise<Page> {
  await page.goto(server)
  await page.getByLabel('User name').fill('admin')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('treegrid').getByRole('row', { name: 'page fine' }).waitFor()
  return page
}

const powerCutRounds = 5

const watchStatus = `globalThis.seen = []
new MutationObserver(() => {
  const text = document.querySelector('header [role=status]')?.textContent ?? ''
  globalThis.seen.push({ at: Date.now(), text })
}).observe(document.body, { childList: true, subtree: true, characterData: true })`

async function powerCuts(browser: Browser, hosts: Hosts): Promise<number[]> {
  const found: number[] = []
  for (let round = 0; round < powerCutRounds; round += 1) {
    const context = await browser.newContext({ locale: 'en-GB' })
    const page = await logIn(await context.newPage())
    await page.evaluate(watchStatus)
    const at = Date.now()
    await hosts.lab('power-off', 'SERVER1')
    found.push((await shown(page, at, 'through SERVER2')) - at)
    await context.close()
    await hosts.lab('power-on', 'SERVER1')
    await hosts.until('both servers are there again', async () => {
      const text = await hosts.trySh('SERVER1', 'kagami status --json')
      return text !== null && /"health": "green"/.test(text.slice(0, 400))
    })
  }
  return found
}

/** When it was sent. */
function order(page: Page, action: string, token: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const at = Date.now()
    await fetch('/api/v1/groups/Apache/${action}', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ${token}' },
      body: '{"monitor":"page"}',
    })
    return at
  })()`)
}

async function shown(page: Page, after: number, word: string): Promise<number> {
  const fits = `({ at, text }) => at >= ${after} && text.includes('${word}')`
  return (await until<Seen>(page, `globalThis.seen.find(${fits})`)).at
}

/** Asked from outside: the page itself may evaluate nothing. */
async function until<T>(page: Page, expression: string): Promise<T> {
  for (let turn = 0; turn < 500; turn += 1) {
    const found = await page.evaluate<T | null>(`${expression} ?? null`)
    if (found !== null) return found
    await pause(20)
  }
  throw new BenchFailure(`the page never had ${expression}`)
}
