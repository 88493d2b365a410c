/** The daemon's side of the guard, with the real one, whose means are narrowed to a harmless program. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bootClock } from '../drivers/clock.ts'
import { startGuard } from './guard.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-guarded-'))
  writeFileSync(join(folder, 'reboot'), '#!/bin/sh\nexit 0\n')
  chmodSync(join(folder, 'reboot'), 0o755)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const main = join(import.meta.dirname, '../guard/main.ts')

test('the daemon starts it, arms it, and finds it again', async () => {
  const program = join(folder, 'kagami-guard')
  const words = `exec ${process.execPath} ${main} "$1" program`
  writeFileSync(program, `#!/bin/sh\nPATH=${folder}\n${words}\n`)
  chmodSync(program, 0o755)
  const place = { socket: join(folder, 'guard.sock'), program, logFile: join(folder, 'guard.log') }
  const told: boolean[] = []
  const first = startGuard(place, (armed) => told.push(armed))
  first.renew(bootClock.now() + 60_000)
  await expect.poll(() => told).toEqual([true])
  const again: boolean[] = []
  const second = startGuard(place, (armed) => again.push(armed))
  second.renew(bootClock.now() + 60_000)
  await expect.poll(() => again).toEqual([true])
  first.renew(null)
  second.renew(null)
  await expect.poll(() => again).toEqual([true, false])
  second.quit()
})
