/**
 * What the core orders the world to do. Each effect is data with an id, a deadline and the
 * sentence that says why; its outcome comes back as an `effect-finished` event with the same id.
 * Effects of one batch are unordered: what must come after waits for that event.
 */
import type { Message } from '../messages/catalogue.ts'
import type { MirrorCommand, OperatorCommand } from '../wire/mirror-control.ts'
import type { DurableRecord } from './record.ts'
import type { RegisterClaim } from './register.ts'

/** Why a group starts, as its scripts see it (`ARMS_EVENT`). */
export type StartEvent = 'START' | 'FAILOVER'

/** Why a group or resource stops, as its scripts see it (`ARMS_FACTOR`). */
export type StopFactor =
  | 'GROUPSTOP'
  | 'GROUPMOVE'
  | 'GROUPFAILOVER'
  | 'RESOURCERESTART'
  | 'SERVERSHUTDOWN'
  | 'ISOLATED'

type ForceCommand = Extract<OperatorCommand, { command: 'force' }>

/** What becomes of the server when its daemon has left. */
export type Afterwards = 'nothing' | 'poweroff' | 'reboot'

export type Action =
  /** Write the daemon's own record durably: all of it, or nothing. */
  | { readonly kind: 'write-record'; readonly record: DurableRecord }
  /** `promotion` is set for a mirror disk: its mirrord checks the grounds once more. */
  | {
      readonly kind: 'start-resource'
      readonly group: string
      readonly resource: string
      readonly event: StartEvent
      readonly previousServer: string | null
      readonly promotion: Extract<MirrorCommand, { command: 'promote' }> | null
    }
  | {
      readonly kind: 'stop-resource'
      readonly group: string
      readonly resource: string
      readonly event: StartEvent
      readonly factor: StopFactor
    }
  /** Does it run? Asked after a restart of the daemon, which left the resources running. */
  | { readonly kind: 'observe-resource'; readonly group: string; readonly resource: string }
  | { readonly kind: 'run-monitor'; readonly group: string; readonly monitor: string }
  | {
      readonly kind: 'command-mirror'
      readonly mirror: string
      readonly command: MirrorCommand | ForceCommand
    }
  /** Start a mirrord that is not running. */
  | { readonly kind: 'start-mirrord'; readonly mirror: string }
  /** Does the peer's kernel answer, is its mirror session alive, what says the arbiter? */
  | { readonly kind: 'examine-peer' }
  /** Switch the peer off; success means that it is confirmed to be off. */
  | { readonly kind: 'exclude-peer' }
  /** Read the register, or claim it: its answer says what it holds afterwards. */
  | { readonly kind: 'ask-register'; readonly claim: RegisterClaim | null }
  /** Everything on this server ends now, as in a power cut: the last resort. */
  | { readonly kind: 'reset-server' }
  /** The daemon's work is done; it may exit. */
  | { readonly kind: 'exit-daemon'; readonly afterwards: Afterwards }
  /** To the alert log; nothing comes back. */
  | { readonly kind: 'tell'; readonly message: Message }
  /** To whoever gave the order; nothing comes back. */
  | {
      readonly kind: 'answer-operator'
      readonly order: string
      readonly accepted: boolean
      readonly message: Message
    }

export type Effect = Action & {
  readonly id: number
  /** Boot-time clock, milliseconds: not finished by then means failed. */
  readonly deadline: number
  readonly because: Message
}
