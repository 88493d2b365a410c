import { expect, test } from 'vitest'
import { fioFigures, latencySamples } from './fio.ts'
import { busyShare, processorTicks, residentIn } from './usage.ts'

const direction = (iops: number) => ({
  iops,
  bw_bytes: iops * 4096,
  total_ios: iops * 4,
  clat_ns: { percentile: { '50.000000': 150_000, '99.000000': 900_000 } },
})
const output = (error = 0) =>
  `fio: connected to NBD server\n${JSON.stringify({
    jobs: [{ error, read: { ...direction(0), clat_ns: {} }, write: direction(5120) }],
  })}\n`

test('figures of a run, behind the line that the engine prints', () => {
  expect(fioFigures(output(), { name: 'write-q1', pattern: 'randwrite' })).toEqual({
    perSecond: 5120,
    mebibytesPerSecond: 20,
    operations: 20_480,
    medianUs: 150,
    p99Us: 900,
  })
})

test('a run with an error, or with nothing done, is no figure', () => {
  expect(() => fioFigures(output(5), { name: 'x', pattern: 'write' })).toThrow('error 5')
  expect(() => fioFigures(output(), { name: 'x', pattern: 'randread' })).toThrow('nothing')
})

test('one sample an operation', () => {
  expect(
    latencySamples(
      '1795366940686, 150000, 1, 4096, 8192, 0\n1795366940687, 99000, 1, 4096, 0, 0\n',
    ),
  ).toEqual([
    { atMs: 1_795_366_940_686, latencyUs: 150 },
    { atMs: 1_795_366_940_687, latencyUs: 99 },
  ])
})

test('processor time behind a name with blanks and brackets', () => {
  const stat = '42 (node (x) y) S 1 42 42 0 -1 4194304 100 0 0 0 250 75 9 9 20 0 11 0 5 6 7'
  expect(processorTicks(stat)).toBe(325)
})

test('resident memory, now and at its peak', () => {
  const status = 'Name:\tnode\nVmHWM:\t  148000 kB\nVmRSS:\t  90000 kB\n'
  expect(residentIn(status)).toEqual({ nowBytes: 90_000 * 1024, peakBytes: 148_000 * 1024 })
})

test('how busy the machine was', () => {
  const before = 'cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n'
  const after = 'cpu  150 0 150 750 150 0 0 0 0 0\ncpu0 1 1 1 1\n'
  expect(busyShare(before, after)).toBe(0.5)
  expect(busyShare(before, before)).toBe(0)
})
