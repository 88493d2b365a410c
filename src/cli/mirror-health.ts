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
  const { bytes, seconds } = report.detail.backlog
  const isThere = report.inSync || isFollowed(report)
  if (report.alone && !isThere) return say('mirror-view-would-lose-alone')
  if (bytes === 0) return isThere ? say('mirror-view-nothing-to-lose') : null
  return say('mirror-view-would-lose', { size: sizeText(bytes), seconds: seconds.toFixed(1) })
}

/** Asynchronous, and nothing is copied: such replicas are never proved equal while they are used. */
function isFollowed({ detail, link, copy, break: waits, replica }: MirrorReport): boolean {
  const isJoined = link.state === 'connected' && copy === null && waits === null
  return detail.mode === 'async' && isJoined && replica === 'consistent'
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
  if (link.state === 'connected' && !report.inSync && !isFollowed(report)) {
    return { health: 'yellow', why: say('mirror-view-meeting', { mirror }) }
  }
  if (isFollowed(report) && report.role === 'secondary') {
    return { health: 'green', why: say('mirror-view-follows', { mirror }) }
  }
  if (link.state === 'connected') {
    const { bytes } = detail.backlog
    return bytes > 0 || !report.inSync
      ? { health: 'green', why: say('mirror-view-behind', { mirror, size: sizeText(bytes) }) }
      : { health: 'green', why: say('mirror-view-in-sync', { mirror }) }
  }
  return report.inSync
    ? { health: 'yellow', why: say('mirror-view-peer-missing', { mirror }) }
    : { health: 'gray', why: say('mirror-view-not-proved', { mirror }) }
}
