/**
 * The Manager in a browser on the client's machine: what an operator does in it, and what it shows when the
 * server that it talks to loses its power.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePage, upCluster, type ServerName, type TestCluster } from './cluster.ts'
import { openBrowser, type TestBrowser } from './browser.ts'

const addresses = { SERVER1: '192.168.4.21', SERVER2: '192.168.4.22' } as const
const password = 'correct horse battery'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let cluster: TestCluster
let opened: TestBrowser

beforeAll(async () => {
  cluster = await upCluster()
  await makePage(cluster)
  const { lab } = cluster
  await lab.sh('SERVER1', `echo '${password}' | kagami user add admin --role operator`)
  await lab.sh('SERVER1', `echo '${password}' | kagami user add night --role viewer`)
  opened = await openBrowser(lab, await lab.sh('SERVER1', 'cat /etc/kagami/keys/ca.pem'))
  await cluster.green('SERVER1')
})

afterAll(async () => {
  await opened.close()
  await cluster.down()
})

async function newPage(server: ServerName, locale = 'en-GB'): Promise<Page> {
  const context = await opened.browser.newContext({ locale, colorScheme: 'light' })
  const page = await context.newPage()
  page.on('console', (line) => {
    if (line.type() === 'error') process.stdout.write(`page: ${line.text()}\n`)
  })
  await page.goto(`https://${addresses[server]}:29003/`)
  return page
}

async function login(page: Page, user = 'admin'): Promise<void> {
  await page.getByLabel(/User name|ユーザ名/).fill(user)
  await page.getByLabel(/Password|パスワード/).fill(password)
  await page.getByRole('button', { name: /^(?:Log in|ログイン)$/ }).click()
}

const row = (page: Page, text: RegExp | string) => page.getByRole('row', { name: text })

/** Serious or not: what axe finds, in a line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe: run } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const found = await run.run()
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}

test('a wrong password is refused in words', async () => {
  const page = await newPage('SERVER1')
  await page.getByLabel('User name').fill('admin')
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('The user name or the password is wrong.').waitFor()
  expect(await violations(page)).toEqual([])
  await page.context().close()
})

test('the tree is green; a right click moves the group; a second browser sees it', async () => {
  const page = await newPage('SERVER1')
  await login(page)
  await row(page, 'Apache running (SERVER1)').waitFor()
  expect(await page.locator('.tree .mark:not(.green)').count()).toBe(0)
  const other = await newPage('SERVER2', 'ja-JP')
  await login(other, 'night')
  await row(other, 'Apache 動作中 (SERVER1)').waitFor()
  expect(await other.getByRole('button', { name: 'Apache の操作' }).count()).toBe(0)

  await row(page, 'Apache running (SERVER1)').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Move to the other server' }).click()
  await page.getByRole('button', { name: 'Do it' }).click()
  await row(page, 'Apache running (SERVER2)').waitFor()
  await row(other, 'Apache 動作中 (SERVER2)').waitFor()
  const host = await cluster.lab.sh('client', 'curl -sf -m 5 http://192.168.4.15/n.txt | wc -c')
  expect(Number(host)).toBeGreaterThan(0)
  await other.context().close()
  await page.context().close()
})

test('the same with the keyboard alone', async () => {
  const page = await newPage('SERVER1')
  await page.getByLabel('User name').focus()
  await page.keyboard.type('admin')
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await row(page, 'Apache running (SERVER2)').waitFor()
  await row(page, 'Apache running (SERVER2)').focus()
  // Into the row, to its menu.
  await page.keyboard.press('ArrowRight')
  for (let step = 0; step < 4; step += 1) {
    const label = await page.evaluate('document.activeElement?.getAttribute("aria-label")')
    if (label === 'Actions for Apache') break
    await page.keyboard.press('ArrowRight')
  }
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Move to the other server' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await row(page, 'Apache running (SERVER1)').waitFor()
  await page.context().close()
})

test.each(['light', 'dark'] as const)(
  '%s: axe finds nothing, in either language',
  async (theme) => {
    const page = await newPage('SERVER1')
    await login(page)
    await row(page, 'Apache running').waitFor()
    if (theme === 'dark') await page.getByRole('button', { name: 'Dark' }).click()
    await row(page, 'Apache running').click()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: '日本語' }).click()
    await row(page, 'Apache 動作中').waitFor()
    expect(await violations(page)).toEqual([])
    await page.context().close()
  },
)

test('the server that the page talks to loses its power: the page goes on, and shows it', async () => {
  const page = await newPage('SERVER1')
  await login(page)
  await row(page, 'Apache running (SERVER1)').waitFor()
  await cluster.lab.powerOff('SERVER1')
  await page.getByText('The page goes on through SERVER2.').waitFor({ timeout: 10_000 })
  await row(page, 'Apache running (SERVER2)').waitFor()
  await row(page, /^SERVER1 off/).waitFor()
  expect(await page.locator('.summary.yellow, .summary.red').count()).toBe(1)
  // Orders go through the other one as well.
  await row(page, 'Apache running (SERVER2)').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Suspend' }).click()
  await page.getByRole('button', { name: 'Do it' }).click()
  await row(page, 'page suspended').waitFor()
  await page.context().close()
})
