/**
 * A resource: something of a group that is started, stopped and looked at on one server.
 *
 * Contract (one suite runs on every type): starting what runs and stopping what is stopped
 * succeed and change nothing; a failed start leaves something that `stop` can clean up; every
 * failure is a numbered message; nothing takes longer than the time it was given.
 */
import type { StartEvent, StopFactor } from '../core/effect.ts'
import type { Outcome } from '../core/event.ts'
import type { MirrorCommand } from '../wire/mirror-control.ts'

export interface StartOrder {
  readonly event: StartEvent
  readonly previousServer: string | null
  readonly promotion: Extract<MirrorCommand, { command: 'promote' }> | null
  readonly timeoutMs: number
}

export interface StopOrder {
  readonly event: StartEvent
  readonly factor: StopFactor
  readonly timeoutMs: number
}

export interface Resource {
  start(order: StartOrder): Promise<Outcome>
  stop(order: StopOrder): Promise<Outcome>
  /** `{ kind: 'observed', running }` */
  observe(): Promise<Outcome>
}

export function observed(running: boolean): Outcome {
  return { ok: true, detail: { kind: 'observed', running } }
}
