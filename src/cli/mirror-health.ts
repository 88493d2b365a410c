/** What the report of one replica means, as one sentence: a pure function; the first case wins. */
import { say, type Message } from '../messages/catalogue.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'

export type MirrorHealth = 'green' | 'yellow' | 'red' | 'gray'

export interface Judgement {
  readonly health: MirrorHealth
  readonly why: Message
}

/** `sizeText`: bytes as people read them. */
export function judgeMirror(report: MirrorReport, sizeText: (bytes: number) => string): Judgement {
  return judgeTrouble(report) ?? judgeProgress(report) ?? judgeCalm(report, sizeText)
}

/** What would be lost with this server now; null on a standby. */
export function lossNow(report: MirrorReport, sizeText: (bytes: number) => string): Message | null {
  if (report.role === 'secondary') return null
  if (report.alone) return say('mirror-view-would-lose-alone')
  const { bytes, seconds } = report.detail.backlog
  if (bytes === 0) return report.inSync ? say('mirror-view-nothing-to-lose') : null
  return say('mirror-view-would-lose', { size: sizeText(bytes), seconds: seconds.toFixed(1) })
}

function judgeTrouble(report: MirrorReport): Judgement | null {
  const { mirror, link } = report
  if (report.failed) return { health: 'red', why: say('mirror-view-replica-failed', { mirror }) }
  if (report.io === 'failed') {
    return { health: 'red', why: say('mirror-view-requests-fail', { mirror }) }
  }
  if (link.state === 'split-brain') {
    return { health: 'red', why: say('mirror-view-split-brain', { mirror }) }
  }
  if (report.io === 'frozen' && report.break?.waiting === true) {
    return { health: 'red', why: say('mirror-view-frozen', { mirror }) }
  }
  if (link.state === 'refused') {
    return { health: 'red', why: say('mirror-view-refused', { mirror }) }
  }
  return null
}

function judgeProgress(report: MirrorReport): Judgement | null {
  const { mirror, copy, detail } = report
  if (detail.hold !== null) {
    return { health: 'yellow', why: say('mirror-view-held-apart', { mirror }) }
  }
  if (copy?.direction === 'source') {
    return { health: 'yellow', why: say('mirror-view-copying-source', { mirror }) }
  }
  if (copy?.direction === 'target') {
    return { health: 'yellow', why: say('mirror-view-copying-target', { mirror }) }
  }
  if (report.replica !== 'consistent') {
    return { health: 'yellow', why: say('mirror-view-incomplete-here', { mirror }) }
  }
  return report.outdated
    ? { health: 'yellow', why: say('mirror-view-outdated-here', { mirror }) }
    : null
}

function judgeCalm(report: MirrorReport, sizeText: (bytes: number) => string): Judgement {
  const { mirror, link, detail } = report
  if (report.role === 'primary' && report.break !== null) {
    return { health: 'yellow', why: say('mirror-view-goes-alone', { mirror }) }
  }
  if (link.state === 'connected' && !report.inSync) {
    return { health: 'yellow', why: say('mirror-view-meeting', { mirror }) }
  }
  if (link.state === 'connected') {
    const { bytes } = detail.backlog
    return bytes > 0
      ? { health: 'green', why: say('mirror-view-behind', { mirror, size: sizeText(bytes) }) }
      : { health: 'green', why: say('mirror-view-in-sync', { mirror }) }
  }
  return report.inSync
    ? { health: 'yellow', why: say('mirror-view-peer-missing', { mirror }) }
    : { health: 'gray', why: say('mirror-view-not-proved', { mirror }) }
}
