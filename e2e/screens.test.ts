/** The pictures of docs/manager.md, taken anew by `SCREENS=docs/manager make test-manager`. */
import { mkdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { login, row, tab, upManager, writeForAWhile, type TestManager } from './pages.ts'

const folder = process.env['SCREENS'] ?? ''
const languages = ['en', 'ja'] as const
type Language = (typeof languages)[number]
const words = {
  en: {
    overview: 'Overview',
    mirror: 'Mirror',
    whatIf: 'What if',
    alerts: 'Alert log',
    charts: 'Charts',
    operations: 'Operations',
    compute: 'Compute',
    power: 'Server SERVER1 loses its power',
    move: 'Move to the other server',
  },
  ja: {
    overview: '概要',
    mirror: 'ミラー',
    whatIf: '障害の予測',
    alerts: 'アラートログ',
    charts: 'グラフ',
    operations: '操作履歴',
    compute: '計算する',
    power: 'サーバ SERVER1 の電源断',
    move: 'もう一方のサーバへ移動',
  },
} as const

describe.skipIf(folder === '')('pictures', () => {
  let manager: TestManager
  const pages = {} as Record<Language, Page>

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true })
    // Large enough for a recovery that can be looked at.
    manager = await upManager({ up: ['--data-size', '1G'] })
    pages.en = await manager.open('SERVER2', 'en-GB')
    pages.ja = await manager.open('SERVER2', 'ja-JP')
    for (const language of languages) {
      await shot(language, 'login')
      await login(pages[language])
      await row(pages[language], /^Apache .*SERVER1/).waitFor()
    }
  })
  afterAll(() => manager.close())

  const shot = (language: Language, name: string) =>
    pages[language].screenshot({ path: `${folder}/${name}-${language}.png` })
  const forBoth = async (act: (page: Page, language: Language) => Promise<unknown>) => {
    for (const language of languages) await act(pages[language], language)
  }

  test('all is well', async () => {
    await forBoth(async (page, language) => {
      await tab(page, words[language].overview).click()
      await page
        .getByText(/after an outage|見込まれる停止時間/)
        .first()
        .waitFor()
      await shot(language, 'overview')
      await row(page, /^Apache .*SERVER1/).click()
      await shot(language, 'details')
      await row(page, /^Apache .*SERVER1/).click({ button: 'right' })
      await page.getByRole('menuitem', { name: words[language].move }).waitFor()
      await shot(language, 'menu')
      await page.keyboard.press('Escape')
      await tab(page, words[language].whatIf).click()
      await page.getByText(words[language].power).click()
      await page.getByRole('button', { name: words[language].compute }).click()
      await page.getByRole('columnheader', { name: 'SERVER2' }).waitFor()
      await shot(language, 'what-if')
    })
  })

  test('a failover, and the recovery of the mirror', async () => {
    const { lab } = manager.cluster
    await forBoth((page, language) => tab(page, words[language].overview).click())
    await lab.powerOff('SERVER1')
    await forBoth(async (page, language) => {
      await row(page, /^Apache .*SERVER2/).waitFor()
      await shot(language, 'failover')
    })
    await lab.sh('SERVER2', 'dd if=/dev/urandom of=/mnt/mirror/filler bs=1M count=700 conv=fsync')
    const shown = Promise.all(
      languages.map(async (language) => {
        await pages[language].getByRole('progressbar').first().waitFor()
        await shot(language, 'mirror-recovery')
      }),
    )
    const busy = lab.sh('SERVER2', writeForAWhile)
    await lab.powerOn('SERVER1')
    await shown
    await busy
    await manager.cluster.green('SERVER2')
    await forBoth(async (page, language) => {
      await tab(page, words[language].mirror).click()
      await shot(language, 'mirror')
      await tab(page, words[language].alerts).click()
      await shot(language, 'alerts')
      await tab(page, words[language].charts).click()
      await page.getByRole('img').first().waitFor()
      await shot(language, 'charts')
      await tab(page, words[language].operations).click()
      await page.getByRole('table').waitFor()
      await shot(language, 'operations')
    })
  })

  test('on a workstation', async () => {
    const { lab } = manager.cluster
    const kagami = new URL('../bin/kagami', import.meta.url).pathname
    const running = lab.sh(
      'client',
      `timeout 30 ${kagami} manager --data ${lab.dir}/clusters.json >${lab.dir}/manager.log 2>&1 || true`,
    )
    await expect
      .poll(() => readFileSync(`${lab.dir}/manager.log`, 'utf8'))
      .toContain('http://127.0.0.1:29080/')
    for (const [language, locale] of [
      ['en', 'en-GB'],
      ['ja', 'ja-JP'],
    ] as const) {
      const page = await manager.openAt('http://127.0.0.1:29080/', locale)
      if (language === 'en') {
        await page.getByLabel('Address', { exact: true }).fill('192.168.4.21')
        await page.getByRole('button', { name: 'Ask it' }).click()
        await page.getByRole('button', { name: 'Register', exact: true }).click()
      }
      await page
        .getByRole('button', { name: /Cluster1/ })
        .last()
        .click()
      await login(page)
      await row(page, /^Apache .*SERVER/).waitFor()
      await page.screenshot({ path: `${folder}/workstation-${language}.png` })
      await page.context().close()
    }
    // It ends by itself.
    await running
  })

  test('on a telephone, at night', async () => {
    await forBoth(async (page, language) => {
      await page.setViewportSize({ width: 390, height: 844 })
      await page.getByRole('button', { name: /Dark|暗い表示/ }).click()
      await tab(page, words[language].overview).click()
      await shot(language, 'telephone')
    })
  })
})
