/** An operator's orders for a mirror disk: which server's replica obeys them, and what is answered. */
import { z } from 'zod'
import { heardAgoMs } from '../../core/peer.ts'
import type { State } from '../../core/state.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import type { MirrorReport, OperatorCommand } from '../../wire/mirror-control.ts'

export const mirrorActions = ['recover', 'cancel', 'break', 'verify', 'force'] as const
export type MirrorAction = (typeof mirrorActions)[number]

export interface MirrorOrder {
  readonly mirror: string
  readonly action: MirrorAction
  /** Of `force`: whose replica is given up. */
  readonly loser: string | null
  /** Of `verify`: what differs is copied from the active side. */
  readonly repair: boolean
}

/** What one server brings to the other one. */
export const carried = z.strictObject({
  mirror: z.string().max(100),
  command: z.discriminatedUnion('command', [
    z.strictObject({ command: z.literal('recover') }),
    z.strictObject({ command: z.literal('cancel') }),
    z.strictObject({ command: z.literal('break') }),
    z.strictObject({ command: z.literal('verify'), repair: z.boolean() }),
    z.strictObject({
      command: z.literal('force'),
      loser: z.string().max(100),
      loserGeneration: z.string().max(100),
    }),
  ]),
})

interface Placed {
  /** The server whose replica is told. */
  readonly server: string
  readonly command: OperatorCommand
}

/** Null: there is no such mirror disk, or nothing is known of it. */
export function placeOrder(order: MirrorOrder, state: State): Placed | null {
  const { mirror, action } = order
  const { self, peer } = state.settings
  const mine = state.mirrors[mirror]?.report ?? null
  const theirs = state.peer?.gossip.disks[mirror]?.report ?? null
  if (mine === null && theirs === null) return null
  const where = (fits: (report: MirrorReport) => boolean): string =>
    theirs !== null && fits(theirs) && !(mine !== null && fits(mine)) ? peer : self
  switch (action) {
    case 'recover':
      return { server: where(({ detail }) => detail.hold !== null), command: { command: action } }
    case 'cancel':
      return {
        server: where(({ copy }) => copy?.direction === 'source'),
        command: { command: action },
      }
    case 'break':
      return { server: where(isActive), command: { command: action } }
    case 'verify': {
      const command = { command: action, repair: order.repair }
      return { server: where(isActive), command }
    }
    case 'force': {
      const loser = order.loser ?? ''
      // The side that stays is told, and asks the other one; without it the loser itself.
      const [winner, server] = loser === self ? [theirs, peer] : [mine, self]
      const loserGeneration = winner?.detail.peer?.generation ?? '0'
      if (winner !== null) return { server, command: { command: action, loser, loserGeneration } }
      const own = (mine ?? theirs)?.generation ?? '0'
      const command = { command: action, loser, loserGeneration: own }
      return { server: mine === null ? peer : self, command }
    }
  }
}

const isActive = ({ role }: MirrorReport): boolean => role === 'primary'

/**
 * Why the server that obeys does not let it through to its replica, which may know less: a replica that is in use
 * cannot be given up. One of which nothing is heard can: by an order one has lost it already.
 */
export function refusalOf(mirror: string, command: OperatorCommand, state: State): Message | null {
  if (command.command !== 'force') return null
  const { self, timeoutMs } = state.settings
  const { loser } = command
  const isHeard = heardAgoMs(state) < timeoutMs
  const theirs = isHeard ? (state.peer?.gossip.disks[mirror]?.report ?? null) : null
  const report = loser === self ? (state.mirrors[mirror]?.report ?? null) : theirs
  return report !== null && isActive(report) ? say('mirrord-force-active', { mirror, loser }) : null
}

export function orderedMessage({ mirror, action }: MirrorOrder): Message {
  switch (action) {
    case 'recover':
      return say('mirror-recover-ordered', { mirror })
    case 'cancel':
      return say('mirror-cancel-ordered', { mirror })
    case 'break':
      return say('mirror-break-ordered', { mirror })
    case 'verify':
      return say('mirror-verify-ordered', { mirror })
    case 'force':
      return say('mirror-force-ordered', { mirror })
  }
}
