import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../wire/peer-frame.ts'
import { Greeting, type GreetingStep, type Self } from './greeting.ts'

const macOf = (key: string) => (parts: readonly Buffer[]) => {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

const a: Self = {
  mirror: 'md1',
  diskId: '11'.repeat(16),
  server: 'a',
  peer: 'b',
  incarnation: 'a1'.repeat(8),
}
const b: Self = { ...a, server: 'b', peer: 'a', incarnation: 'b1'.repeat(8) }

function dialer(self = a, key = 'key', nonce = 1): Greeting {
  return new Greeting({ self, role: 'dialer', mac: macOf(key), nonce: Buffer.alloc(16, nonce) })
}

function acceptor(self = b, key = 'key', nonce = 2): Greeting {
  return new Greeting({ self, role: 'acceptor', mac: macOf(key), nonce: Buffer.alloc(16, nonce) })
}

function frame(sent: { type: number; payload: Buffer }): Frame {
  return { ...sent, flags: 0, session: 0, term: 0, sequence: 0, ack: 0 }
}

const proof = { session: null, received: 0 }
const answer = { resumed: false, session: '0123456789abcdef', received: 0 }

/** Plays it to the end, or to the first fault. */
function play(left: Greeting, right: Greeting): GreetingStep {
  const hello = right.receive(frame(left.hello))
  if (hello.kind !== 'send') return hello
  const mayProve = left.receive(frame(hello))
  if (mayProve.kind !== 'may-prove') return mayProve
  const proved = right.receive(frame(left.prove(proof)))
  if (proved.kind !== 'proved') return proved
  return left.receive(frame(right.answer(answer)))
}

describe('greeting', () => {
  test('two that hold the key know each other', () => {
    const last = play(dialer(), acceptor())
    expect(last).toMatchObject({ kind: 'answered', answer, peer: { server: 'b' } })
  })

  test.each([
    ['another key', acceptor(b, 'other'), 'wrong-key'],
    ['another mirror', acceptor({ ...b, mirror: 'md2' }), 'other-mirror'],
    ['another disk', acceptor({ ...b, diskId: '22'.repeat(16) }), 'other-disk'],
    ['another server', acceptor({ ...b, peer: 'c' }), 'other-server'],
    ['itself', dialer(b), 'same-role'],
  ])('%s is refused', (_name, right, fault) => {
    expect(play(dialer(), right)).toEqual({ kind: 'fault', fault })
  })

  test('a proof of another connection is worth nothing', () => {
    const recorded = dialer()
    const first = acceptor()
    const hello = first.receive(frame(recorded.hello))
    if (hello.kind !== 'send') throw new Error('no hello')
    recorded.receive(frame(hello))
    const old = recorded.prove(proof)
    const second = acceptor(b, 'key', 3)
    second.receive(frame(recorded.hello))
    expect(second.receive(frame(old))).toEqual({ kind: 'fault', fault: 'wrong-key' })
  })

  test('nothing is taken out of turn, nor twice', () => {
    const right = acceptor()
    const left = dialer()
    expect(right.receive(frame({ type: 33, payload: Buffer.alloc(40) })).kind).toBe('fault')
    expect(right.receive(frame(left.hello)).kind).toBe('fault')
    const other = acceptor()
    other.receive(frame(left.hello))
    expect(other.receive(frame(left.hello)).kind).toBe('fault')
    const numbered = { ...frame(left.hello), sequence: 1 }
    expect(acceptor().receive(numbered).kind).toBe('fault')
  })
})
