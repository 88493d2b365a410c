/**
 * The load cases, the same for every engine. All of them write or read random places of a disk
 * that is full of data, so that nobody is measured while a file grows.
 */
export interface Case {
  readonly name: string
  readonly title: string
  readonly pattern: 'randwrite' | 'randread' | 'write'
  readonly blockBytes: number
  readonly depth: number
  /** A flush after each write, before the next one. */
  readonly flushEach: boolean
  /** What its figure counts. */
  readonly unit: 'IOPS' | 'MiB/s'
}

const small = { blockBytes: 4096, flushEach: false, unit: 'IOPS' } as const
const randomWrite = (depth: number): Case => ({
  ...small,
  name: `write-q${depth}`,
  title: `4 KiB random writes, depth ${depth}`,
  pattern: 'randwrite',
  depth,
})
const randomRead = (depth: number): Case => ({
  ...small,
  name: `read-q${depth}`,
  title: `4 KiB random reads, depth ${depth}`,
  pattern: 'randread',
  depth,
})

export const cases: readonly Case[] = [
  randomWrite(1),
  randomWrite(8),
  randomWrite(32),
  {
    name: 'write-seq',
    title: '256 KiB sequential writes, depth 8',
    pattern: 'write',
    blockBytes: 262_144,
    depth: 8,
    flushEach: false,
    unit: 'MiB/s',
  },
  randomRead(1),
  randomRead(32),
  {
    ...small,
    name: 'write-flush',
    title: '4 KiB random writes, a flush after each',
    pattern: 'randwrite',
    depth: 1,
    flushEach: true,
  },
]

/** What else a run measures, by the names that `--only` takes. */
export const extraParts = ['resync', 'resync-latency', 'sparse'] as const
export type ExtraPart = (typeof extraParts)[number]
