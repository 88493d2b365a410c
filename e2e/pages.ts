/** The Manager's pages as an operator's hands move through them. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Locator, Page } from 'playwright-core'
import { openBrowser } from '../lab/browser.ts'
import {
  makePage,
  upCluster,
  type ClusterOptions,
  type ServerName,
  type TestCluster,
} from './cluster.ts'

const addresses = { SERVER1: '192.168.4.21', SERVER2: '192.168.4.22' } as const
export const password = 'correct horse battery'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface TestManager {
  readonly cluster: TestCluster
  /** The login page of a server, in a browser of its own. */
  open(server: ServerName, locale?: string): Promise<Page>
  openAt(url: string, locale?: string): Promise<Page>
  close(): Promise<void>
}

/** The lab's cluster with an operator `admin` and a viewer `night`, and a browser at the client's. */
export async function upManager(options: ClusterOptions = {}): Promise<TestManager> {
  const cluster = await upCluster(options)
  await makePage(cluster)
  const { lab } = cluster
  await lab.sh('SERVER1', `echo '${password}' | kagami user add admin --role operator`)
  await lab.sh('SERVER1', `echo '${password}' | kagami user add night --role viewer`)
  const opened = await openBrowser(lab.dir, await lab.sh('SERVER1', 'cat /etc/kagami/keys/ca.pem'))
  await cluster.green('SERVER1')
  const openAt = async (url: string, locale = 'en-GB'): Promise<Page> => {
    const viewport = { width: 1280, height: 860 }
    const context = await opened.browser.newContext({ locale, colorScheme: 'light', viewport })
    const page = await context.newPage()
    page.on('console', (line) => {
      if (line.type() === 'error') process.stdout.write(`page: ${line.text()}\n`)
    })
    page.on('pageerror', (error) => process.stdout.write(`page: ${error.stack ?? ''}\n`))
    await page.goto(url)
    return page
  }
  return {
    cluster,
    openAt,
    open: (server, locale) => openAt(`https://${addresses[server]}:29003/`, locale),
    async close() {
      await opened.close()
      await cluster.down()
    },
  }
}

export async function login(page: Page, user = 'admin'): Promise<void> {
  await page.getByLabel(/User name|ユーザ名/).fill(user)
  await page.getByLabel(/Password|パスワード/).fill(password)
  await page.getByRole('button', { name: /^(?:Log in|ログイン)$/ }).click()
}

/** A row of the tree. */
export const row = (page: Page, text: RegExp | string): Locator =>
  page.getByRole('treegrid').getByRole('row', { name: text })

export const tab = (page: Page, name: string): Locator =>
  page.getByRole('tab', { name, exact: true })

/** Serious or not: what axe finds, in a line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const found = await run.run()
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}

/** Small writes for some ten seconds; a recovery beside them takes its time. */
export const writeForAWhile = `end=$(($(date +%s) + 12))
while [ $(date +%s) -lt $end ]; do
  dd if=/dev/zero of=/mnt/mirror/busy bs=4k count=8 oflag=dsync 2>/dev/null
done`
