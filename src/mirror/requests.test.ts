/** What clients ask, against a disk that answers at once and a peer that may or may not listen. */
import { expect, test } from 'vitest'
import { ActivityLog } from './activity-log.ts'
import { BlockSet } from './block-set.ts'
import { createRangeQueue } from './range-queue.ts'
import { Requests } from './requests.ts'
import { Unflushed } from './unflushed.ts'

const mebibyte = 1024 * 1024
const ringBytes = 16 * mebibyte
const layout = { granuleBytes: 4096, extentBytes: 4 * mebibyte, logSlots: 1240 }

function requestsTo(sent: string[]): Requests {
  const disk = { granuleBytes: layout.granuleBytes, sizeBytes: 4096 * mebibyte }
  const metadata = { writeDurably: (_pieces: unknown, done: (error: null) => void) => done(null) }
  let sequence = 0
  const send = (type: string): number => {
    sent.push(type)
    sequence += 1
    return sequence
  }
  return new Requests({
    disk: {
      read: (_offset, length, done) => done(null, Buffer.alloc(length)),
      write: (_offset, _data, done) => done(null),
      zero: (_offset, _length, done) => done(null),
      trim: (_offset, _length, done) => done(null, true),
      flush: (done) => done(null),
    },
    ranges: createRangeQueue(),
    log: new ActivityLog(layout, { metadata, checksum: () => 0, sizeBytes: () => 2 ** 40 }),
    unflushed: new Unflushed(disk),
    differing: new BlockSet(disk),
    counters: { replicatedBytes: 0 },
    nowMs: () => 0,
    refusal: () => null,
    replicates: () => true,
    send: (message) => send(message.type),
    sendBlocks: (type) => send(type),
    room: (bytes) => bytes <= ringBytes,
    mayAcknowledgeAlone: () => false,
    mayAcknowledgeEarly: () => false,
    readFromPeer: (_offset, _length, done) => done(null),
    diskFailed: () => undefined,
    covered: () => undefined,
    coverWanted: () => undefined,
    moved: () => undefined,
  })
}

test.each(['zero', 'trim'] as const)(
  'a %s longer than the ring needs no room of its length',
  (kind) => {
    const sent: string[] = []
    const requests = requestsTo(sent)
    const errors: number[] = []
    const range = { offset: 0, length: 2 * ringBytes }
    requests.submit({ kind, ...range, fua: false }, (error) => errors.push(error))
    requests.submit({ kind: 'write', offset: 0, data: Buffer.alloc(4096), fua: false }, (error) =>
      errors.push(error),
    )
    expect(sent).toEqual(['zero', 'write'])
    for (const sequence of [1, 2]) requests.peerDone(sequence)
    expect(errors).toEqual([0, 0])
  },
)
