/**
 * What the one who plays the control daemon orders next: a pure function of what both sides say.
 *
 * It compares what should be (the active side serves, with the other one or by permission alone)
 * with what is, and names at most one order. Called again after every change, it needs no memory of
 * what it ordered before.
 *
 * There is no arbiter. Excluding the other side means to know that its process is dead: it was
 * started here, so it is known; one that is only silent is killed first. While a side is dead and an
 * order rests on that, it is not started again (see pair.ts).
 */
import type { MirrorReport, PromotionGrounds } from '../../src/wire/mirror-control.ts'
import { otherSide, type Side } from './folder.ts'

export interface SideView {
  /** `starting`: the process runs and has said nothing yet. `silent`: too long. */
  readonly process: 'dead' | 'starting' | 'heard' | 'silent'
  readonly report: MirrorReport | null
}

export interface PairView {
  readonly active: Side
  readonly a: SideView
  readonly b: SideView
  /** The standby may take over when the process of the active side dies. */
  readonly takeover: boolean
  /** For how long the active side has waited for permission. */
  readonly waitedMs: number
  readonly aloneAfterMs: number
}

export type Order =
  | {
      readonly kind: 'promote'
      readonly side: Side
      readonly grounds: PromotionGrounds
      readonly peerExcluded: boolean
    }
  /** Demotes a side that is active and should not be. */
  | { readonly kind: 'demote'; readonly side: Side }
  | { readonly kind: 'kill'; readonly side: Side }
  | {
      readonly kind: 'ask-to-mark'
      readonly side: Side
      readonly breakNumber: number
      readonly incarnation: string
    }
  | { readonly kind: 'permit-excluded'; readonly side: Side; readonly breakNumber: number }

export function nextOrder(view: PairView): Order | null {
  for (const side of ['a', 'b'] as const) {
    if (view[side].process === 'silent') return { kind: 'kill', side }
  }
  const { active } = view
  const standby = otherSide(active)
  const { report } = view[active]
  if (view[standby].report?.role === 'primary') return { kind: 'demote', side: standby }
  if (report === null) return takeover(view, standby)
  if (report.role === 'secondary') return promotion(view, active, report)
  return permission(view, report)
}

/** Whether the active side waits for a permission that it does not have. */
export function waitsForPermission(report: MirrorReport | null): boolean {
  return report?.break?.waiting === true && !report.break.permitted
}

/** The active side serves, and both replicas are proved equal, or one follows asynchronously. */
export function isSettled(view: Pick<PairView, 'active' | 'a' | 'b'>): boolean {
  const active = view[view.active].report
  if (active?.role !== 'primary' || active.break !== null) return false
  return [view.a, view.b].every(
    ({ report }) => report?.link.state === 'connected' && (report.inSync || mayFollow(report)),
  )
}

/** Such a pair is never proved equal while it is used. */
function mayFollow(report: MirrorReport): boolean {
  const { detail, copy, replica, outdated } = report
  return detail.mode === 'async' && copy === null && replica === 'consistent' && !outdated
}

function takeover(view: PairView, standby: Side): Order | null {
  if (!view.takeover || view[view.active].process !== 'dead') return null
  const { report } = view[standby]
  const isFit =
    report?.inSync === true && !report.outdated && !report.failed && report.replica === 'consistent'
  return isFit ? { kind: 'promote', side: standby, grounds: 'in-sync', peerExcluded: true } : null
}

function promotion(view: PairView, side: Side, report: MirrorReport): Order | null {
  if (report.outdated || report.failed || report.replica !== 'consistent') return null
  const grounds = groundsOf(report)
  const peerExcluded = view[otherSide(side)].process === 'dead'
  return grounds === null ? null : { kind: 'promote', side, grounds, peerExcluded }
}

function groundsOf(report: MirrorReport): PromotionGrounds | null {
  if (report.alone) return 'alone-record'
  if (report.inSync) return 'in-sync'
  const isSource = report.link.state === 'connected' && report.copy?.direction === 'source'
  return isSource ? 'copy-source' : null
}

function permission(view: PairView, report: MirrorReport): Order | null {
  if (!waitsForPermission(report) || report.break === null) return null
  if (view.waitedMs < view.aloneAfterMs) return null
  const standby = otherSide(view.active)
  const breakNumber = report.break.number
  const { incarnation } = report
  switch (view[standby].process) {
    case 'dead':
      return { kind: 'permit-excluded', side: view.active, breakNumber }
    case 'heard':
      return { kind: 'ask-to-mark', side: standby, breakNumber, incarnation }
    case 'starting':
    case 'silent':
      return null // It is heard soon, or killed soon.
  }
}
