/** Why two replicas do not come together, as a message for the operators. */
import { type Message, say } from '../messages/catalogue.ts'
import type { RefusalReason, Verdict } from './which-way.ts'

export type NoCopy = Exclude<Verdict, { readonly kind: 'source' | 'target' }>

export function verdictMessage(verdict: NoCopy, mirror: string): Message {
  switch (verdict.kind) {
    case 'refused':
      return refusalMessage(verdict.because, mirror)
    case 'double-activation':
      return say('mirrord-double-activation', { mirror })
    case 'split-brain':
      return verdict.ancestor === 'base'
        ? say('mirrord-split-brain-base', { mirror })
        : say('mirrord-split-brain', { mirror })
  }
}

function refusalMessage(reason: RefusalReason, mirror: string): Message {
  switch (reason) {
    case 'other-disk':
      return say('mirrord-link-other-disk', { mirror })
    case 'other-size':
      return say('mirrord-link-other-size', { mirror })
    case 'unbound':
      return say('mirrord-link-unbound', { mirror })
    case 'unknown':
      return say('mirrord-link-unknown', { mirror })
    case 'failed':
      return say('mirrord-link-failed', { mirror })
    case 'none-built':
      return say('mirrord-link-none-built', { mirror })
    case 'not-proved-newest':
      return say('mirrord-link-not-proved', { mirror })
    case 'no-source':
      return say('mirrord-link-no-source', { mirror })
    case 'rolled-back':
      return say('mirrord-link-rolled-back', { mirror })
  }
}
