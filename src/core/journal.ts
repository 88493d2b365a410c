/**
 * What the decision maker was told, line by line, so that it can be told the same again: it then decides
 * the same. What is repeated in every heartbeat and report is written down only when it has changed.
 */
import type { Effect } from './effect.ts'
import type { Event } from './event.ts'
import type { DurableRecord } from './record.ts'
import type { Settings, State } from './state.ts'

export type JournalLine =
  /** A daemon's life begins. */
  | { readonly began: { settings: Settings; record: DurableRecord | null; at: number } }
  /** Everything that was known at this point. */
  | { readonly known: State }
  | { readonly event: JournalEvent }
  /** What came of the last event, if anything did. */
  | { readonly effects: readonly Effect[] }
  /** A tick, at this time. */
  | number

/** As before: `same`. */
type JournalEvent =
  | Exclude<Event, { kind: 'heartbeat-heard' | 'mirror-reported' | 'ticked' }>
  | (Omit<Extract<Event, { kind: 'heartbeat-heard' }>, 'gossip'> & Repeated<'gossip'>)
  | (Omit<Extract<Event, { kind: 'mirror-reported' }>, 'report'> & Repeated<'report'>)

type Repeated<Key extends string> = { readonly [Name in Key]: unknown }

const same = 'same'

/** Remembers what was written last. */
export class JournalWriter {
  private gossip = ''
  private readonly reports = new Map<string, string>()

  /** Whoever reads begins with nothing in hand. */
  begin(): void {
    this.gossip = ''
    this.reports.clear()
  }

  linesOf(event: Event, effects: readonly Effect[]): JournalLine[] {
    const line = this.lineOf(event)
    return effects.length === 0 ? [line] : [line, { effects }]
  }

  private lineOf(event: Event): JournalLine {
    switch (event.kind) {
      case 'ticked':
        return event.at
      case 'heartbeat-heard': {
        const text = JSON.stringify(event.gossip)
        const gossip = text === this.gossip ? same : event.gossip
        this.gossip = text
        return { event: { ...event, gossip } }
      }
      case 'mirror-reported': {
        const text = JSON.stringify(event.report)
        const report = text === this.reports.get(event.mirror) ? same : event.report
        this.reports.set(event.mirror, text)
        return { event: { ...event, report } }
      }
      default:
        return { event }
    }
  }
}

/** Puts back what was the same. */
export class JournalReader {
  private gossip: unknown = null
  private readonly reports = new Map<string, unknown>()

  eventOf(line: Extract<JournalLine, { event: unknown } | number>): Event {
    if (typeof line === 'number') return { kind: 'ticked', at: line }
    const { event } = line
    if (event.kind === 'heartbeat-heard') {
      if (event.gossip !== same) this.gossip = event.gossip
      return { ...event, gossip: this.gossip } as Event
    }
    if (event.kind !== 'mirror-reported') return event
    if (event.report !== same) this.reports.set(event.mirror, event.report)
    return { ...event, report: this.reports.get(event.mirror) } as Event
  }
}
