/**
 * The facts that reach the core. Past tense, each with its time: milliseconds of the boot-time
 * clock (it goes on while the machine sleeps and never jumps).
 */
import type { Message } from '../messages/catalogue.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'
import type { AnyOrder, Gossip } from './gossip.ts'
import type { RegisterValue } from './register.ts'

export type Event = { readonly at: number } & (
  | { readonly kind: 'ticked' }
  | {
      readonly kind: 'heartbeat-heard'
      readonly link: string
      /** Random hex of that life of the peer's daemon. */
      readonly incarnation: string
      /** Our next heartbeat acknowledges it. */
      readonly acknowledged: boolean
      /** When our latest heartbeat that the peer had received was sent; null: none yet. */
      readonly acknowledgedSentAt: number | null
      readonly roundTripMs: number | null
      readonly gossip: Gossip
    }
  /** A heartbeat that proves nothing to us, and that our next one acknowledges all the same. */
  | { readonly kind: 'heartbeat-acknowledged' }
  /** The guard has a deadline to watch, or none. */
  | { readonly kind: 'guard-reported'; readonly armed: boolean }
  | { readonly kind: 'carrier-changed'; readonly link: string; readonly up: boolean }
  | { readonly kind: 'mirror-reported'; readonly mirror: string; readonly report: MirrorReport }
  | { readonly kind: 'mirrord-lost'; readonly mirror: string }
  | {
      readonly kind: 'operator-asked'
      readonly id: string
      readonly order: AnyOrder
    }
  | { readonly kind: 'effect-finished'; readonly id: number; readonly outcome: Outcome }
)

/** How an effect ended. */
export type Outcome =
  | { readonly ok: true; readonly detail?: Detail }
  | { readonly ok: false; readonly error: Message }

export type Detail =
  | {
      readonly kind: 'peer-examined'
      /** The peer's kernel answered on some link (ICMP). */
      readonly kernelAnswers: boolean
      /** A frame of its mirror session was heard within the last moments. */
      readonly mirrorAlive: boolean
      /** `unasked`: this arbiter says nothing until the peer is to be excluded. */
      readonly arbiter: 'win' | 'lose' | 'unasked'
    }
  | { readonly kind: 'register-answered'; readonly value: RegisterValue }
  | { readonly kind: 'observed'; readonly running: boolean }
