/** What can happen in the fake world by itself, later. */
import type { Event } from '../src/core/event.ts'
import type { Server } from './machine.ts'
import type { Performance, Performed } from './perform.ts'

/** An event that the world has made, to be heard a moment later. */
type Heard = Omit<Extract<Event, { kind: 'heartbeat-heard' }>, 'at'>

export type Happening =
  | { readonly kind: 'tick' | 'beat' }
  | { readonly kind: 'hear'; readonly to: Server; readonly event: Heard }
  /** Not before the server moves again. */
  | {
      readonly kind: 'ends'
      readonly server: Server
      readonly boot: number
      readonly life: number
      readonly effect: Performed
      readonly performance: Performance
    }
  | { readonly kind: 'guard-speaks'; readonly server: Server }
  | { readonly kind: 'resets'; readonly server: Server; readonly boot: number }
  | { readonly kind: 'power-returns'; readonly server: Server }
