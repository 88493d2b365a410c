/** Debian's Chromium with a profile of its own that trusts a cluster's authority, at the client of a lab or here. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { labAt } from './names.ts'

export interface OpenBrowser {
  readonly browser: Browser
  close(): Promise<void>
}

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
]

/** `lab`: its folder; null: in the machine's own network. `authority`: PEM. Certificate checks stay on. */
export async function openBrowser(lab: string | null, authority: string): Promise<OpenBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'kagami-browser-'))
  const database = join(home, '.pki/nssdb')
  mkdirSync(database, { recursive: true })
  const file = join(home, 'ca.pem')
  writeFileSync(file, authority)
  const certutil = (...words: string[]): void => {
    execFileSync('certutil', ['-d', `sql:${database}`, ...words])
  }
  certutil('-N', '--empty-password')
  if (authority !== '') certutil('-A', '-n', 'kagami', '-t', 'C,,', '-i', file)
  const wrapper = join(home, 'chromium')
  const enter = lab === null ? '' : `nsenter --net=/run/netns/${labAt(lab).clientNetns} `
  writeFileSync(wrapper, `#!/bin/sh\nexec ${enter}chromium "$@"\n`, { mode: 0o755 })
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
