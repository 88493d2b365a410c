/** A hundred clusters in one Manager: how long the page's thread is busy at a stretch while they change. */
import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { openBrowser } from '../lab/browser.ts'
import { startClusters, type SimulatedCluster } from './manager-clusters.ts'
import { BenchFailure, type Stage } from './stage.ts'

const serverPort = 29_703
const port = 29_780
const changesPerSecond = 10
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

/** What somebody does meanwhile: through the tree, to other clusters, their pages, a branch of the tree. */
async function walk(page: Page, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000
  const tree = page.getByRole('treegrid')
  const rows = tree.getByRole('row', { name: /^Cluster\d+ fine/ })
  for (let turn = 1; performance.now() < end; turn += 1) {
    await tree.hover()
    await page.mouse.wheel(0, turn % 6 === 0 ? -3000 : 500)
    await pause(300)
    await rows.nth(turn % 4).click()
    for (const tab of ['Alert log', 'Mirror', 'Overview']) {
      await page.getByRole('tab', { name: tab, exact: true }).click()
      await pause(700)
    }
    await tree.locator('[aria-selected=true]').focus()
    await page.keyboard.press('ArrowRight')
    await pause(700)
    await page.keyboard.press('ArrowLeft')
  }
}
