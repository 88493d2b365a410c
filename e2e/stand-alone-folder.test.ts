/** The folder of a stand-alone pair: continued, refused, and cleaned up after a crash. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { readsAs, runProgram, writePattern } from './mirrord-pair.ts'
import { StandAlonePair } from './stand-alone-pair.ts'

/** Dead, what has lost its parent stays listed until whoever is process 1 looks at it. */
function runs(pid: number | null): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

const written = { pattern: 77, offset: '1M', length: '2M' }
let pair: StandAlonePair

afterEach(async () => {
  await pair.end()
})

describe.each([{ disk: 'plain' }, { disk: 'volatile' }])('$disk disks', ({ disk }) => {
  test('a run that was killed is continued, and nothing of it is left', async () => {
    const words = ['--size', '32M', '--disk', disk, '--link-security', 'off']
    pair = new StandAlonePair(words)
    await pair.ready()
    expect((await writePattern(pair.uri, { ...written, flush: true })).code).toBe(0)
    const { a, b } = pair.state()
    await pair.kill()
    expect(runs(a.pid)).toBe(true)

    pair = new StandAlonePair(words, { dir: pair.dir })
    await pair.ready()
    const before = [a.pid, b.pid, ...a.diskPids]
    await expect.poll(() => before.filter(runs)).toEqual([])
    expect(await readsAs(pair.uri, written)).toBe(true)

    const twice = new StandAlonePair(words, { dir: pair.dir })
    await expect(twice.ready()).rejects.toThrow(/ended with 1: .* is running already/)
    expect(await pair.stop()).toBe(0)
    expect(await pair.imagesEqual()).toBe(true)
    expect((await runProgram('grep', ['-c', pair.dir, '/proc/mounts'])).output).toBe('0\n')

    const other = new StandAlonePair(['--size', '64M'], { dir: pair.dir })
    await expect(other.ready()).rejects.toThrow(/ended with 1: .* not of 67108864/)
  })
})

test('a folder with something else in it is refused, and kept', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'kagami-pair-'))
  writeFileSync(join(dir, 'letter.txt'), 'mine')
  pair = new StandAlonePair(['--size', '32M'], { dir })
  await expect(pair.ready()).rejects.toThrow(/ended with 1: .* is not empty and holds no pair/)
  expect(readdirSync(dir)).toEqual(['letter.txt'])
})

test('a size that is none', async () => {
  pair = new StandAlonePair(['--size', 'much'])
  await expect(pair.ready()).rejects.toThrow(/ended with 2: much is not a size/)
})
