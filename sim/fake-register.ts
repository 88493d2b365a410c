/** A witness in a few lines: one register, compare-and-set, on the public LAN. */
import { say } from '../src/messages/catalogue.ts'
import type { Outcome } from '../src/core/event.ts'
import type { RegisterClaim, RegisterValue } from '../src/core/register.ts'
import { isOffPublicLan, type Faults, type Server } from './machine.ts'

export interface FakeRegister {
  value: RegisterValue
}

export function newRegister(): FakeRegister {
  return { value: { instance: 'register-1', version: 0, holder: '', nonce: '' } }
}

/** The answer, and what became of the claim. */
export function askFakeRegister(
  register: FakeRegister,
  faults: Faults,
  server: Server,
  claim: RegisterClaim | null,
): Outcome {
  const { failing } = faults
  const isReached =
    !failing.has('witness') && !failing.has(`${server}/witness`) && !isOffPublicLan(faults, server)
  if (!isReached) return noAnswer
  const { instance, version } = register.value
  if (claim?.instance === instance && claim.version === version) {
    const { holder, nonce } = claim
    register.value = { instance, version: version + 1, holder, nonce }
  }
  if (failing.has('witness-reply')) return noAnswer
  return { ok: true, detail: { kind: 'register-answered', value: register.value } }
}

const noAnswer: Outcome = {
  ok: false,
  error: say('register-no-answer', { arbiter: 'witness', reason: 'no answer' }),
}
