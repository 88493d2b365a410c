/** The door between the two daemons, over real mutual TLS: what they keep alike, and the orders they carry. */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { once } from 'node:events'
import { makeCertificates } from '../../drivers/certificates.ts'
import { requestJson } from '../../drivers/http-json.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import { openAccounts } from './accounts.ts'
import { memoryStore, newTold, worldOf } from './app.fixtures.ts'
import { endedSessions } from './ended.ts'
import { bringLeave, bringOrder, openDoor, type DoorPlace } from './peer-door.ts'

const at = '127.0.0.1'
const told = newTold()
const obeyed: object[] = []
let refusal: Message | null = null
/** Of SERVER1, which asks SERVER2; and of a stranger with a certificate of another authority. */
let place: DoorPlace
let stranger: DoorPlace

beforeAll(async () => {
  const names = ['SERVER1', 'SERVER2']
  const make = () => makeCertificates('test', names, Date.now(), () => [at])
  const identities = await make()
  const others = await make()
  const port = await freePort()
  const placeOf = (of: typeof identities, self: 'SERVER1' | 'SERVER2'): DoorPlace => {
    const { certificate: cert, privateKey: key, authority: ca } = of.get(self) ?? never()
    const peer = self === 'SERVER1' ? 'SERVER2' : 'SERVER1'
    return { port, peer, addresses: [at], tls: { cert, key, ca } }
  }
  place = placeOf(identities, 'SERVER1')
  stranger = placeOf(others, 'SERVER1')
  const opened = await openAccounts(memoryStore())
  if ('reason' in opened) throw new Error(opened.reason)
  const world = {
    ...worldOf(told),
    status: () => ({ ...worldOf(told).status(), mirrors: [{ name: 'NMP1' }] as never }),
    orderMirror: (...words: unknown[]) => {
      obeyed.push(words)
      return Promise.resolve(refusal)
    },
  }
  const ended = await endedSessions(Date.now, null)
  await openDoor(placeOf(identities, 'SERVER2'), { accounts: opened.accounts, ended, world })
})

beforeEach(() => {
  obeyed.length = 0
  refusal = null
})

function never(): never {
  throw new Error('both servers have an identity')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, at)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('an order for a mirror disk reaches the other server, and its refusal comes back', async () => {
  const order = { mirror: 'NMP1', command: { command: 'break' } } as const
  expect(await bringOrder(place, requestJson, order)).toBe(null)
  expect(obeyed).toEqual([['SERVER1', 'NMP1', { command: 'break' }]])
  refusal = say('mirrord-busy')
  expect(await bringOrder(place, requestJson, order)).toEqual(refusal)
  refusal = { id: 'of-a-later-version', args: {} } as unknown as Message
  expect((await bringOrder(place, requestJson, order))?.id).toBe('peer-not-asked')
})

test('what is no order of ours is not obeyed', async () => {
  const unknown = { mirror: 'NMP9', command: { command: 'break' } } as const
  expect((await bringOrder(place, requestJson, unknown))?.id).toBe('peer-not-asked')
  const url = `https://${at}:${place.port}/mirror-order`
  for (const body of [
    { mirror: 'NMP1', command: { command: 'promote', term: 1 } },
    { mirror: 'NMP1', command: { command: 'break', more: 1 } },
    { mirror: 'NMP1', text: 'x'.repeat(10_000) },
    'no object',
  ]) {
    const answer = await requestJson({ method: 'POST', url, body, timeoutMs: 3000, tls: place.tls })
    expect(answer).toMatchObject({ ok: true, status: 404 })
  }
  expect(obeyed).toEqual([])
})

test('a server is asked to leave', async () => {
  const answer = await bringLeave(place, requestJson, { afterwards: 'reboot' })
  expect(answer.accepted).toBe(true)
  expect(told.orders.splice(0)).toEqual([{ kind: 'leave', afterwards: 'reboot' }])
})

test('a stranger gets nowhere', async () => {
  const order = { mirror: 'NMP1', command: { command: 'break' } } as const
  expect((await bringOrder(stranger, requestJson, order))?.id).toBe('peer-not-asked')
  const left = await bringLeave(stranger, requestJson, { afterwards: 'poweroff' })
  expect(left.message.id).toBe('peer-not-asked')
  expect([obeyed, told.orders]).toEqual([[], []])
})
