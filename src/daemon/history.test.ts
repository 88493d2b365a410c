import { expect, test } from 'vitest'
import type { Sample } from '../api.ts'
import type { Effect } from '../core/effect.ts'
import { monitorTimes, newHistory } from './history.ts'

const sampleAt = (at: number): Sample => ({ at, links: {}, mirrors: {}, monitors: {} })

test('an hour is kept, and told from a time on', () => {
  const history = newHistory()
  for (let at = 0; at <= 2 * 3_600_000; at += 60_000) history.add(sampleAt(at))
  const all = history.after(0)
  expect(all.length).toBe(60)
  expect(all[0]?.at).toBe(3_660_000)
  expect(history.after(7_140_000).map(({ at }) => at)).toEqual([7_200_000])
})

test('what a monitor took is known, also when it failed; of nothing else', async () => {
  let now = 0
  const times = monitorTimes(() => now)
  const monitor = { kind: 'run-monitor', group: 'Apache', monitor: 'page' } as Effect
  await times.measure(monitor, () => {
    now += 40
    return Promise.resolve()
  })
  await expect(
    times.measure({ ...monitor, monitor: 'link' } as Effect, () => {
      now += 7
      return Promise.reject(new Error('it failed'))
    }),
  ).rejects.toThrow('it failed')
  await times.measure({ kind: 'tell' } as Effect, () => Promise.resolve())
  expect(times.lastMs()).toEqual({ 'Apache/page': 40, 'Apache/link': 7 })
})
