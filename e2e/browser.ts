/** Debian's Chromium in the client's network, with a profile of its own that trusts the cluster's authority. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { labAt } from '../lab/names.ts'
import type { TestLab } from './lab.ts'

export interface TestBrowser {
  readonly browser: Browser
  close(): Promise<void>
}

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
]

/** `authority`: PEM. Certificate checks stay on. */
export async function openBrowser(lab: TestLab, authority: string): Promise<TestBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'kagami-browser-'))
  const database = join(home, '.pki/nssdb')
  mkdirSync(database, { recursive: true })
  const file = join(home, 'ca.pem')
  writeFileSync(file, authority)
  const certutil = (...words: string[]): void => {
    execFileSync('certutil', ['-d', `sql:${database}`, ...words])
  }
  certutil('-N', '--empty-password')
  certutil('-A', '-n', 'kagami', '-t', 'C,,', '-i', file)
  const wrapper = join(home, 'chromium')
  const netns = `/run/netns/${labAt(lab.dir).clientNetns}`
  writeFileSync(wrapper, `#!/bin/sh\nexec nsenter --net=${netns} chromium "$@"\n`, { mode: 0o755 })
  const browser = await chromium.launch({
    executablePath: wrapper,
    args: flags,
    env: { ...process.env, HOME: home },
  })
  return {
    browser,
    async close() {
      await browser.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
