import { describe, expect, test } from 'vitest'
import { NBD_CMD, NBD_CMD_FLAG, NBD_EIO } from '../wire/nbd.ts'
import { FakeExport, goStructured, request, TestClient } from './nbd-conversation.fixtures.ts'

const kibibyte = 1024
const mebibyte = 1024 * 1024

function asked(
  disk: FakeExport,
  range: { offset?: number; length: number; one?: boolean },
  prepare: (client: TestClient) => void = () => undefined,
): [number, number][] {
  const client = new TestClient([disk])
  client.send(goStructured)
  prepare(client)
  const flags = range.one ? NBD_CMD_FLAG.REQ_ONE : 0
  const sent = client.send(request(NBD_CMD.BLOCK_STATUS, { ...range, flags }))
  expect(sent.subarray(0, 8).toString('hex')).toBe('668e33ef00010005')
  expect(sent.readUInt32BE(16)).toBe(sent.length - 20)
  expect(sent.readUInt32BE(20)).toBe(1)
  const extents: [number, number][] = []
  for (let at = 24; at < sent.length; at += 8) {
    extents.push([sent.readUInt32BE(at), sent.readUInt32BE(at + 4)])
  }
  return extents
}

describe('looking', () => {
  test('finds zeroes by 64 KiB, within the range', () => {
    const disk = new FakeExport('md1', 4 * mebibyte)
    disk.content[mebibyte + 70 * kibibyte] = 1
    expect(asked(disk, { length: 4 * mebibyte })).toEqual([
      [mebibyte + 64 * kibibyte, 2],
      [64 * kibibyte, 0],
      [3 * mebibyte - 128 * kibibyte, 2],
    ])
    expect(asked(disk, { offset: mebibyte + 10, length: 128 * kibibyte })).toEqual([
      [64 * kibibyte - 10, 2],
      [64 * kibibyte, 0],
      [10, 2],
    ])
    expect(disk.asked.every((each) => each.kind === 'read' && each.length <= mebibyte)).toBe(true)
  })

  test('one extent is asked for: one is given, and no more is read than for it', () => {
    const disk = new FakeExport('md1', 4 * mebibyte)
    disk.content[200 * kibibyte] = 1
    expect(asked(disk, { length: 4 * mebibyte, one: true })).toEqual([[192 * kibibyte, 2]])
    expect(disk.asked.length).toBe(1)
    expect(asked(disk, { offset: 2 * mebibyte, length: 512, one: true })).toEqual([[512, 2]])
  })

  test('ends after its time, its bytes or an error: the rest is data', () => {
    const disk = new FakeExport('md1', 80 * mebibyte)
    expect(asked(disk, { length: 80 * mebibyte })).toEqual([
      [64 * mebibyte, 2],
      [16 * mebibyte, 0],
    ])
    const slow = (client: TestClient): void => {
      const { submit } = disk
      disk.submit = (...parameters) => {
        client.nowMs += 15
        submit.apply(disk, parameters)
      }
    }
    expect(asked(disk, { length: 80 * mebibyte }, slow)).toEqual([
      [2 * mebibyte, 2],
      [78 * mebibyte, 0],
    ])
    expect(asked(disk, { length: 80 * mebibyte, one: true })).toEqual([[64 * mebibyte, 2]])
    disk.errors = [NBD_EIO]
    expect(asked(disk, { length: 80 * mebibyte, one: true })).toEqual([[80 * mebibyte, 0]])
  })
})

describe('an export that knows its holes', () => {
  test('is asked instead; what it does not say is data', () => {
    const disk = new FakeExport('md1', 4 * mebibyte)
    const runs = [
      { offset: 0, length: mebibyte, hole: true },
      { offset: 2 * mebibyte, length: mebibyte, hole: false },
      { offset: 3 * mebibyte, length: 9 * mebibyte, hole: true },
    ]
    const knowing = Object.assign(disk, { holes: () => runs })
    expect(asked(knowing, { offset: 4096, length: 4 * mebibyte - 4096 })).toEqual([
      [mebibyte - 4096, 3],
      [2 * mebibyte, 0],
      [mebibyte, 3],
    ])
    expect(asked(knowing, { length: 4 * mebibyte, one: true })).toEqual([[mebibyte, 3]])
    expect(disk.asked).toEqual([])
  })

  test('that knows nothing is looked at', () => {
    const disk = Object.assign(new FakeExport('md1', mebibyte), { holes: () => null })
    expect(asked(disk, { length: mebibyte })).toEqual([[mebibyte, 2]])
  })
})
