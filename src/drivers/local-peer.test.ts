import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { localPeer } from './local-peer.ts'

test('the kernel says who is at the other end of a unix socket, and of no other', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'kagami-peer-')), 'socket')
  const server = createServer().listen(path)
  await once(server, 'listening')
  const client = connect(path)
  const [socket] = (await once(server, 'connection')) as [Socket]
  expect(localPeer(socket)).toMatchObject({ pid: process.pid, uid: process.getuid?.() })
  expect(localPeer(client)).toMatchObject({ pid: process.pid })
  client.destroy()
  socket.destroy()
  await once(socket, 'close')
  expect(localPeer(socket)).toBeNull()
  server.close()
})
