import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createOutgoing } from './outgoing.ts'

/** A socket, what its other end has received, and how long each of its writes was. */
async function pair() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[other]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
    [Socket],
    unknown,
  ]
  const received: Buffer[] = []
  other.on('data', (chunk: Buffer) => received.push(chunk))
  const end = (): void => {
    for (const each of [socket, other, server]) {
      if ('destroy' in each) each.destroy()
      else each.close()
    }
  }
  return { socket, received: () => Buffer.concat(received), end }
}

const bytes = (length: number, seed: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + seed) & 0xff))

test.each([Number.POSITIVE_INFINITY, 100_000, 50_000, 7])(
  'at most %s bytes at a time: all of it, in order, and told when it has left',
  async (batchBytesMax) => {
    const { socket, received, end } = await pair()
    const outgoing = createOutgoing(socket, batchBytesMax)
    const parts = [100, 50_000, 0, 3, 20_000, 30_000, 1].map(bytes)
    const told: number[] = []
    outgoing.write(parts.slice(0, 2), () => told.push(1))
    outgoing.write(parts.slice(2, 5), () => told.push(2))
    outgoing.write([], () => told.push(3))
    outgoing.write(parts.slice(5), () => told.push(4))
    const all = Buffer.concat(parts)
    await expect.poll(() => received().length).toBe(all.length)
    expect(received().equals(all)).toBe(true)
    await expect.poll(() => told).toEqual([1, 2, 3, 4])
    end()
  },
)

test('a limit cuts what is handed over', async () => {
  const { socket, end } = await pair()
  const lengths: number[] = []
  const write = socket.write.bind(socket)
  socket.write = (chunk: Buffer, ...rest: never[]) => {
    lengths.push(chunk.length)
    return write(chunk, ...rest)
  }
  createOutgoing(socket, 40_000).write([bytes(100_000, 1)])
  await expect.poll(() => lengths).toEqual([40_000, 40_000, 20_000])
  end()
})
