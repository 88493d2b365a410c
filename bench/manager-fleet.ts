/** A hundred clusters in one Manager: how long the page's thread is busy at a stretch while they change. */
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'
import { openBrowser } from '../lab/browser.ts'
import { startClusters, type SimulatedCluster } from './manager-clusters.ts'
import { BenchFailure, type Stage } from './stage.ts'

const serverPort = 29_703
const port = 29_780
const changesPerSecond = 10
/** A finger is not faster. */
const pressMs = 60
const checkout = resolve(import.meta.dirname, '..')

export interface FleetFigures {
  readonly clusters: number
  /** Of all clusters together, as they were told. */
  readonly changesPerSecond: number
  /** Stretches of the page's thread of 50 ms and more, ms: while somebody looks on, and while he moves about. */
  readonly lookingOn: readonly number[]
  readonly movingAbout: readonly number[]
  readonly seconds: number
}

export async function measureFleet(
  stage: Stage,
  { count, seconds }: { readonly count: number; readonly seconds: number },
): Promise<FleetFigures> {
  const simulated = await startClusters({ count, port: serverPort, changesPerSecond })
  const opened = await openBrowser(null, '')
  try {
    const data = stage.path('clusters.json')
    writeFileSync(data, JSON.stringify(simulated.clusters.map(registered)))
    const ports = ['--port', String(port), '--server-port', String(serverPort)]
    stage.serve([`${checkout}/bin/kagami`, 'manager', '--data', data, ...ports], 'manager')
    const page = await opened.browser.newPage({ locale: 'en-GB' })
    await reach(page, `http://127.0.0.1:${port}/`)
    await page.getByRole('button', { name: 'Open Cluster001' }).click()
    await page.getByLabel('User name').fill('admin')
    await page.getByLabel('Password', { exact: true }).fill('correct horse')
    await page.getByText('Log in to the other').click()
    await page.getByRole('button', { name: 'Log in', exact: true }).click()
    for (let turn = 0; simulated.heard() < count; turn += 1) {
      if (turn > 600) throw new BenchFailure(`${simulated.heard()} clusters are listened to`)
      await pause(100)
    }
    await page
      .getByRole('treegrid')
      .getByRole('row', { name: /^Cluster001 fine/ })
      .waitFor()
    await pause(1000)
    await page.evaluate(watchTasks)
    const before = { told: simulated.told(), at: performance.now() }
    const tasks = () => page.evaluate<number[]>('globalThis.longTasks.splice(0)')
    await pause((seconds * 1000) / 2)
    const lookingOn = await tasks()
    await walk(page, seconds / 2)
    const movingAbout = await tasks()
    const told = simulated.told() - before.told
    const elapsed = (performance.now() - before.at) / 1000
    return {
      ...{ clusters: count, changesPerSecond: told / elapsed, seconds: elapsed },
      ...{ lookingOn, movingAbout },
    }
  } finally {
    await opened.close()
    simulated.stop()
  }
}

function registered({ name, address, authority }: SimulatedCluster): object {
  const fingerprint = new X509Certificate(authority).fingerprint256
  const id = fingerprint.replaceAll(':', '').slice(0, 16).toLowerCase()
  const known = { id, superCluster: 'Bench', cluster: name, addresses: [address] }
  return { ...known, authority: { pem: authority, fingerprint } }
}

const watchTasks = `globalThis.longTasks = []
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration)
}).observe({ entryTypes: ['longtask'] })`

async function reach(page: Page, url: string): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      await page.goto(url)
      return
    } catch (error) {
      if (turn > 50) throw error
      await pause(200)
    }
  }
}

/** Until the list stands still where the wheel sends it: else another row is under the pointer at the press's end. */
async function scroll(page: Page, tree: Locator, by: number): Promise<void> {
  const [top, most] = await tree.evaluate((list) => [
    list.scrollTop,
    list.scrollHeight - list.clientHeight,
  ])
  const wanted = Math.min(Math.max(0, (top ?? 0) + by), most ?? 0)
  await page.mouse.wheel(0, by)
  for (let turn = 0; turn < 50; turn += 1) {
    await pause(100)
    const off = await tree.evaluate((list, to) => Math.abs(list.scrollTop - to), wanted)
    // A list that was just scrolled takes no press.
    if (off < 2) return pause(400)
  }
  throw new BenchFailure('the tree never came to rest')
}

/** A press on one of the clusters that are in sight, where somebody would press: nothing is scrolled for it. */
async function press(page: Page, turn: number): Promise<void> {
  const places = await page.evaluate<{ readonly x: number; readonly y: number }[]>(`(() => {
    const list = document.querySelector('[role=treegrid]').getBoundingClientRect()
    const bottom = Math.min(list.bottom, innerHeight)
    return [...document.querySelectorAll('[role=treegrid] [role=row]')]
      .filter((row) => row.textContent.startsWith('Cluster'))
      .map((row) => row.getBoundingClientRect())
      .filter((row) => row.top >= list.top && row.bottom <= bottom)
      .map((row) => ({ x: row.left + 60, y: row.top + row.height / 2 }))
  })()`)
  const place = places[turn % Math.max(1, places.length)]
  if (place === undefined) throw new BenchFailure('no cluster is in sight')
  await page.mouse.click(place.x, place.y, { delay: pressMs })
}

/** What somebody does meanwhile: through the tree, to other clusters, their pages, a branch of the tree. */
async function walk(page: Page, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000
  const tree = page.getByRole('treegrid')
  for (let turn = 1; performance.now() < end; turn += 1) {
    await tree.hover()
    await scroll(page, tree, turn % 6 === 0 ? -3000 : 500)
    await press(page, turn)
    for (const tab of ['Alert log', 'Mirror', 'Overview']) {
      await page.getByRole('tab', { name: tab, exact: true }).click({ delay: pressMs })
      await pause(700)
    }
    await tree.locator('[aria-selected=true]').focus()
    await page.keyboard.press('ArrowRight')
    await pause(700)
    await page.keyboard.press('ArrowLeft')
  }
}
