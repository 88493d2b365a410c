/**
 * The Manager in a browser on the client's machine: what an operator does in it, and what it shows when the
 * server that it talks to loses its power.
 */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  login,
  password,
  row,
  tab,
  upManager,
  violations,
  writeForAWhile,
  type TestManager,
} from './pages.ts'
import type { ServerName } from './cluster.ts'

const servers = ['SERVER1', 'SERVER2'] as const
let manager: TestManager

beforeAll(async () => {
  manager = await upManager()
})

afterAll(() => manager.close())

const newPage = (server: ServerName, locale?: string): Promise<Page> => manager.open(server, locale)

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
  expect(await violations(other)).toEqual([])

  await row(page, 'Apache running (SERVER1)').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Move to the other server' }).click()
  await page.getByText('Group Apache stops on SERVER1 and starts on SERVER2').waitFor()
  await page.getByRole('button', { name: 'Do it' }).click()
  await row(page, 'Apache running (SERVER2)').waitFor()
  await row(other, 'Apache 動作中 (SERVER2)').waitFor()
  const host = await manager.cluster.lab.sh(
    'client',
    'curl -sf -m 5 http://192.168.4.15/n.txt | wc -c',
  )
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
  await openMenu(page)
  expect(await violations(page)).toEqual([])
  // Whoever turns back, from the menu or from the question, is where he was.
  const atApache = (): Promise<void> =>
    expect.poll(() => focusedLabel(page)).toMatch(/^(?:Actions for Apache|Apache running)/)
  await page.keyboard.press('Escape')
  await atApache()
  await openMenu(page)
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').waitFor()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await atApache()
  await openMenu(page)
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await row(page, 'Apache running (SERVER1)').waitFor()
  // To the pages, and along them; what if; the alert log, and only its errors.
  await tabTo(page, 'Overview')
  for (const name of ['Details', 'Mirror', 'What if']) {
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => tab(page, name).getAttribute('aria-selected')).toBe('true')
  }
  await tabTo(page, 'Server SERVER1 loses its power')
  await page.keyboard.press('Space')
  await tabTo(page, 'Compute')
  await page.keyboard.press('Enter')
  await page.getByText('Group Apache would run on SERVER2').first().waitFor()
  await tab(page, 'What if').focus()
  await page.keyboard.press('ArrowRight')
  await page.locator('ol.alerts > li').first().waitFor()
  await tabTo(page, 'Show')
  await page.keyboard.type('error')
  await expect
    .poll(() => page.locator('ol.alerts > li').filter({ hasText: 'information' }).count())
    .toBe(0)
  await tab(page, 'Alert log').focus()
  await tabTo(page, '日本語', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await row(page, 'Apache 動作中 (SERVER1)').waitFor()
  await page.context().close()
})

const focusedLabel = (page: Page): Promise<string | null> =>
  page.evaluate<string | null>('document.activeElement?.getAttribute("aria-label") ?? null')

/** By the keyboard, from the row of the group, or from its button. */
async function openMenu(page: Page): Promise<void> {
  for (let step = 0; step < 4; step += 1) {
    if ((await focusedLabel(page)) === 'Actions for Apache') break
    await page.keyboard.press('ArrowRight')
  }
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Move to the other server' }).waitFor()
}

/** By the keyboard, to what has that name. */
async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    const found = await page.evaluate<string>(
      `(() => {
        const at = document.activeElement === document.body ? null : document.activeElement
        const label = at?.closest('label') ?? at?.labels?.[0]
        return [at?.textContent, at?.getAttribute('aria-label'), label?.textContent].join(' | ')
      })()`,
    )
    if (found.includes(name)) return
    await page.keyboard.press(key)
  }
  throw new Error(`the keyboard never came to ${name}`)
}

test.each(['light', 'dark'] as const)(
  '%s: axe finds nothing on any page, in either language',
  async (theme) => {
    const page = await newPage('SERVER1')
    await login(page)
    await row(page, 'Apache running').waitFor()
    if (theme === 'dark') await page.getByRole('button', { name: 'Dark' }).click()
    for (const name of [
      'Overview',
      'Details',
      'Mirror',
      'What if',
      'Alert log',
      'Charts',
      'Operations',
    ]) {
      await tab(page, name).click()
      expect({ name, found: await violations(page) }).toEqual({ name, found: [] })
    }
    await page.getByRole('button', { name: '日本語' }).click()
    for (const name of [
      '概要',
      '詳細',
      'ミラー',
      '障害の予測',
      'アラートログ',
      'グラフ',
      '操作履歴',
    ]) {
      await tab(page, name).click()
      expect({ name, found: await violations(page) }).toEqual({ name, found: [] })
    }
    await page.context().close()
  },
)

test('a browser that could not go on through the other server is told so beforehand', async () => {
  const page = await newPage('SERVER1')
  const { lab } = manager.cluster
  await lab.sh('client', 'ip route add blackhole 192.168.4.22')
  try {
    await login(page)
    await page.getByText('This browser does not reach SERVER2').waitFor()
    expect(await violations(page)).toEqual([])
  } finally {
    await lab.sh('client', 'ip route del blackhole 192.168.4.22')
  }
  await page.reload()
  await page.waitForTimeout(12_000)
  expect(await page.getByText('This browser does not reach').count()).toBe(0)
  await page.context().close()
})

test('what runs where since when, and what would happen without a server', async () => {
  // Asked of the server that did not start the group: it has learned the other's log.
  const page = await newPage('SERVER2')
  await login(page)
  await page.getByText('Group Apache runs on SERVER1.').waitFor()
  await page.getByText(/^since /).waitFor()
  await page.getByText(/Group Apache would run on SERVER2, after an outage of about/).waitFor()
  await page.getByText('Group Apache would go on running on SERVER1, without a break.').waitFor()

  await tab(page, 'What if').click()
  await page.getByText('Server SERVER1 loses its power').click()
  await page.getByText('Server SERVER2 loses its power').click()
  await page.getByRole('button', { name: 'Compute' }).click()
  await page.getByText('Group Apache would run nowhere; its data would be safe.').waitFor()
  // Nothing was touched.
  await row(page, 'Apache running (SERVER1)').waitFor()
  await page.context().close()
})

test('the alert log of both servers, by severity and by words; the history of the orders', async () => {
  const page = await newPage('SERVER1')
  await login(page)
  await tab(page, 'Alert log').click()
  const lines = page.locator('ol.alerts > li')
  await lines.filter({ hasText: 'kagamid has started on SERVER2.' }).waitFor()
  await lines.filter({ hasText: 'kagamid has started on SERVER1.' }).waitFor()
  await page.getByLabel('Search').fill('started on SERVER2')
  await expect.poll(() => lines.count()).toBeLessThan(4)
  await page.getByLabel('Search').fill('')
  await page.getByLabel('Show').selectOption('error')
  await expect.poll(() => lines.filter({ hasText: 'information' }).count()).toBe(0)
  await tab(page, 'Charts').click()
  await page.getByRole('img', { name: /Round trip between the servers: interconnect \d/ }).waitFor()
  await page.getByRole('img', { name: /Time a monitor takes: .*Apache\/page \d/ }).waitFor()
  await tab(page, 'Operations').click()
  await page.getByRole('cell', { name: 'Move to the other server: Apache' }).first().waitFor()
  await page.context().close()
})

test('the mirror is broken and recovered; what that costs is said first', async () => {
  // The active replica is at the other server: the order is brought there.
  const page = await newPage('SERVER2')
  await login(page)
  await tab(page, 'Mirror').click()
  await page.getByRole('button', { name: 'Break the mirror' }).click()
  await page.getByText('Mirror NMP1 is kept on SERVER1 alone').waitFor()
  await page.getByRole('button', { name: 'Do it' }).click()
  await page.getByText('The mirror was broken by an operator.').waitFor()
  await row(page, /^NMP1 (?:one copy only|not connected)/).waitFor()
  await page.getByRole('button', { name: 'Recover the mirror' }).click()
  await page.getByRole('button', { name: 'Do it' }).click()
  await row(page, /^NMP1 both copies are equal/).waitFor()
  await page.getByRole('button', { name: 'Compare both replicas' }).click()
  await page.getByRole('button', { name: 'Do it' }).click()
  await page.getByText(/^Identical, as of/).waitFor()
  await page.context().close()
})

test('a Manager on the client finds the cluster, and goes into it', async () => {
  const { lab } = manager.cluster
  const log = `${lab.dir}/manager.log`
  const kagami = new URL('../bin/kagami', import.meta.url).pathname
  const start = `echo $$ >${lab.dir}/manager.pid
    exec timeout 90 ${kagami} manager --data ${lab.dir}/clusters.json >${log} 2>&1`
  const running = lab.sh('client', start).catch(() => '')
  await expect.poll(() => readFileSync(log, 'utf8')).toContain('http://127.0.0.1:29080/')
  const page = await manager.openAt('http://127.0.0.1:29080/')
  await page.getByText('No cluster is registered yet.').waitFor()
  await page.getByLabel('Network', { exact: true }).fill('192.168.4.0')
  await page.getByRole('button', { name: 'Search' }).click()
  await page.getByText('254 of 254 addresses were asked.').waitFor({ timeout: 60_000 })
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Register Cluster1' }).click()
  const own = await lab.sh(
    'SERVER1',
    'openssl x509 -in /etc/kagami/keys/ca.pem -noout -fingerprint -sha256',
  )
  await page.getByText(own.trim().split('=')[1] ?? '?').waitFor()
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  await page.getByText('Cluster Cluster1 (SuperCluster) is registered.').waitFor()
  await page.getByRole('button', { name: 'Open Cluster1' }).click()
  await login(page)
  await row(page, 'Apache running (SERVER1)').waitFor()
  // One server does not answer the Manager any more: the page goes on through the other one.
  const seen = await page.getByText(/as SERVER\d sees it/).textContent()
  const [one, other] =
    seen?.includes('SERVER1') === true ? servers : ([servers[1], servers[0]] as const)
  await lab.sh(
    one,
    `nft add table inet mute
     nft 'add chain inet mute in { type filter hook input priority 0; }'
     nft add rule inet mute in tcp dport 29003 drop`,
  )
  await page.getByText(`as ${other} sees it`).waitFor()
  await lab.sh(one, 'nft delete table inet mute')
  await lab.sh('client', `kill $(cat ${lab.dir}/manager.pid)`)
  await running
  await page.context().close()
})

test('the server that the page talks to loses its power: the page goes on, and shows it', async () => {
  const page = await newPage('SERVER1')
  await login(page)
  await row(page, 'Apache running (SERVER1)').waitFor()
  await manager.cluster.lab.powerOff('SERVER1')
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

test('the recovery of the mirror opens by itself, and is watched to its end', async () => {
  const { lab } = manager.cluster
  const page = await newPage('SERVER2')
  await login(page)
  await row(page, /^NMP1 one copy only/).waitFor()
  await tab(page, 'Overview').click()
  await page.getByText('Only SERVER2 has the newest data').waitFor()
  await lab.sh('SERVER2', 'dd if=/dev/urandom of=/mnt/mirror/filler bs=1M count=40 conv=fsync')
  const seen = Promise.all([
    page.getByRole('progressbar').waitFor({ timeout: 40_000 }),
    page.getByText('SERVER2 is being copied to SERVER1:').waitFor({ timeout: 40_000 }),
  ])
  // A client that writes meanwhile: the recovery makes room for it.
  const busy = lab.sh('SERVER2', writeForAWhile)
  await lab.powerOn('SERVER1')
  await seen
  await row(page, /^NMP1 both copies are equal/).waitFor({ timeout: 40_000 })
  await page.getByText('the same version of the data:').first().waitFor()
  await busy
  await page.context().close()
})
