import { expect, test } from 'vitest'
import type { EngineName } from './engines.ts'
import type { LoadResult } from './load.ts'
import { verdictTable } from './table.ts'
import { judge, type Measured } from './targets.ts'

const nothing: Measured = {
  loads: [],
  residentPeakBytes: {},
  resync: null,
  latency: null,
  sparse: null,
}

function load(name: string, figures: Partial<Record<EngineName, number>>): LoadResult {
  const engines = Object.entries(figures).map(([engine, perSecond]) => {
    const medians = {
      perSecond,
      mebibytesPerSecond: perSecond / 256,
      medianUs: 1,
      p99Us: 1,
      processorUsPerOperation: 1,
    }
    return [engine, { medians, runs: [] }]
  })
  return { case: name, unit: 'IOPS', engines: Object.fromEntries(engines) }
}

const metOf = (measured: Partial<Measured>): Record<string, boolean> =>
  Object.fromEntries(
    judge({ ...nothing, ...measured }, 'qemu').map(({ target, met }) => [target, met]),
  )

test('what was not measured is not judged', () => {
  expect(judge(nothing, 'qemu')).toEqual([])
  expect(metOf({ loads: [load('write-q1', { kagami: 5000, nbdkit: 9000 })] })).toEqual({})
})

test('the ratios against QEMU are exact at their edge', () => {
  const loads = [
    load('write-q1', { kagami: 1000, qemu: 1000 }),
    load('write-q8', { kagami: 1, qemu: 1000 }),
    load('write-q32', { kagami: 2999, qemu: 1000 }),
    load('write-seq', { kagami: 1300, qemu: 1000 }),
    load('read-q1', { kagami: 1, qemu: 1000 }),
  ]
  expect(metOf({ loads })).toEqual({
    'write-q1, against qemu': true,
    'write-q32, against qemu': false,
    'write-seq, against qemu': true,
  })
})

test('the opponent is the one that was named', () => {
  const loads = [load('write-q1', { kagami: 900, qemu: 1000, 'qemu-unix': 800 })]
  expect(judge({ ...nothing, loads }, 'qemu')[0]?.met).toBe(false)
  expect(judge({ ...nothing, loads }, 'qemu-unix')[0]?.met).toBe(true)
})

test('link security may cost 30 percent of each write case, and reads are not judged', () => {
  const loads = [
    load('write-q8', { kagami: 1000, 'kagami-secure': 710 }),
    load('write-flush', { kagami: 1000, 'kagami-secure': 690 }),
    load('read-q1', { kagami: 1000, 'kagami-secure': 1 }),
  ]
  expect(metOf({ loads })).toEqual({
    'write-q8, cost of link security': true,
    'write-flush, cost of link security': false,
  })
})

test('copy, memory and opening', () => {
  const measured: Partial<Measured> = {
    residentPeakBytes: { 'kagami, a': 149e6, 'kagami, b': 151e6 },
    resync: {
      sizeBytes: 2 ** 31,
      copySeconds: [3, 2.8, 9],
      nbdcopySeconds: [2, 2.2, 2.1],
      nbdcopyFlushedSeconds: [3, 3, 3],
    },
    latency: {
      usualUs: [100, 110, 90],
      duringUs: [299, 350, 200],
      operationsDuring: [1000, 1000, 1000],
      copyMebibytesPerSecond: [500, 500, 500],
    },
    sparse: { sizeBytes: 2 ** 40, openSeconds: [0.4, 1.4, 0.3], residentBytes: [79e6, 81e6, 70e6] },
  }
  expect(metOf(measured)).toEqual({
    'resync, speed against nbdcopy': true,
    'write latency during a resync': true,
    'resident memory, kagami, a': true,
    'resident memory, kagami, b': false,
    'opening 1 TiB': true,
    'resident memory, 1 TiB open': false,
  })
})

test('a figure that is no number is not met, and the table says so', () => {
  const verdicts = judge({ ...nothing, residentPeakBytes: { 'kagami, a': NaN } }, 'qemu')
  expect(verdicts.map(({ met }) => met)).toEqual([false])
  expect(verdictTable(verdicts)).toContain('NOT met')
})
