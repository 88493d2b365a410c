/**
 * How what a replica durably knows changes: every transition of the record, as a pure function.
 *
 * A generation names one line of a disk's history. Whoever acknowledges alone leaves the common
 * line: it takes a generation of its own and remembers, as *base*, the one the peer still has. The
 * commit that ends a copy brings both onto one line again. What must stay true: while a replica is
 * *alone*, no other replica has its generation. So a generation that the peer may hold is never
 * written to alone, not even in the moment in which a commit has been asked for and not answered.
 */
import {
  historyLengthMax,
  noGeneration,
  type ReplicaRecord,
  type ReplicaState,
} from '../wire/superblock.ts'

export interface NewReplica {
  readonly diskId: string
  readonly sizeBytes: number
  readonly dataPartition: ReplicaRecord['dataPartition']
  readonly state: ReplicaState
  readonly layout: ReplicaRecord['layout']
}

export function emptyRecord(replica: NewReplica): ReplicaRecord {
  return {
    ...replica,
    alone: false,
    failed: false,
    wasActive: false,
    behind: false,
    outdated: null,
    generation: noGeneration,
    base: noGeneration,
    history: [],
    activationTerm: 0,
    peerTerm: 0,
    session: 0,
    sessionConfirmed: 0,
    bootId: '',
    copySession: 0,
  }
}

/** The replica creation names as the source: its first generation, allowed to start first. */
export function firstSource(record: ReplicaRecord, generation: string): ReplicaRecord {
  return { ...record, state: 'consistent', generation, alone: true }
}

/**
 * From here on this side may acknowledge what the peer does not have.
 *
 * `peerGeneration`: what the peer is known to be at, when it is known. A new generation is taken
 * whenever the present one may be shared: not alone until now (the peer was in sync, or a commit
 * is in doubt), or no base yet, or the peer is known to be at it.
 */
export function goneAlone(
  record: ReplicaRecord,
  options: { readonly generation: string; readonly peerGeneration: string | null },
): ReplicaRecord {
  const { base, generation: old } = record
  const mayBeShared = !record.alone || base === noGeneration || options.peerGeneration === old
  if (!mayBeShared) return record
  const peerIsAtOld = base === noGeneration || options.peerGeneration === old
  return {
    ...record,
    alone: true,
    generation: options.generation,
    base: peerIsAtOld ? old : base,
    history: past(record.history, peerIsAtOld ? base : old),
  }
}

/** Before the first block of a target is overwritten. A never built one stays that. */
export function madeTarget(
  record: ReplicaRecord,
  copy: { readonly sourceSizeBytes: number; readonly session: number },
): ReplicaRecord {
  const copySession = copy.session
  if (record.state === 'never-built') {
    return { ...record, sizeBytes: copy.sourceSizeBytes, copySession }
  }
  return { ...record, state: 'inconsistent', alone: false, copySession }
}

/**
 * The source of a copy, once its map names all that may differ at the target. If it was marked, the
 * other one never went alone on the strength of that, and cannot any more.
 */
export function madeSource(record: ReplicaRecord, copySession: number): ReplicaRecord {
  return { ...record, copySession, outdated: null }
}

/** Active from now on. What was behind leaves the line of history that it did not follow to the end. */
export function activated(
  record: ReplicaRecord,
  activation: { readonly term: number; readonly generation: string },
): ReplicaRecord {
  const active = { ...record, activationTerm: activation.term, wasActive: true }
  if (!record.behind) return active
  const { generation } = activation
  return { ...goneAlone(active, { generation, peerGeneration: null }), behind: false }
}

/**
 * Refused after all: it was not active in that term, and what was behind is behind still. The term
 * stays known, so that nobody takes one below it.
 */
export function notActivated(record: ReplicaRecord, before: ReplicaRecord): ReplicaRecord {
  const { activationTerm } = before
  const peerTerm = Math.max(record.peerTerm, record.activationTerm)
  const inactive = { ...record, wasActive: false, activationTerm, peerTerm }
  if (!before.behind) return inactive
  const { behind, alone, generation, base, history } = before
  return { ...inactive, behind, alone, generation, base, history }
}

/** A session both sides agreed on. */
export function inSession(
  record: ReplicaRecord,
  session: { readonly number: number; readonly bootId: string },
): ReplicaRecord {
  return { ...record, session: session.number, bootId: session.bootId }
}

/** The peer said that it has this session number durably. */
export function sessionConfirmed(record: ReplicaRecord, number: number): ReplicaRecord {
  return { ...record, sessionConfirmed: Math.max(record.sessionConfirmed, number) }
}

/**
 * An operator gives up what only this replica holds. With an ancestor in common the map names it,
 * and a difference copy takes it back; else everything will be copied.
 */
export function givenUp(record: ReplicaRecord, hasCommonBase: boolean): ReplicaRecord {
  const lost = { ...record, alone: false, behind: false, base: noGeneration, copySession: 0 }
  const { base } = record
  if (hasCommonBase && base !== noGeneration && record.state === 'consistent') {
    return { ...lost, state: 'inconsistent', generation: base }
  }
  return { ...lost, state: 'never-built', generation: noGeneration, outdated: null, history: [] }
}

/** An operator makes this replica the one that counts, whatever it may be missing. */
export function forcedAlone(record: ReplicaRecord, generation: string): ReplicaRecord {
  const alone = goneAlone({ ...record, alone: false }, { generation, peerGeneration: null })
  return { ...alone, outdated: null, behind: false, copySession: 0 }
}

/** Commit, step 1, at the source. */
export function noLongerAlone(record: ReplicaRecord): ReplicaRecord {
  return { ...record, alone: false }
}

/** Commit, step 2, at the target. */
export function builtFrom(
  record: ReplicaRecord,
  source: { readonly generation: string; readonly history: readonly string[] },
): ReplicaRecord {
  return {
    ...record,
    state: 'consistent',
    generation: source.generation,
    base: noGeneration,
    history: source.history.slice(0, historyLengthMax),
    alone: false,
    behind: false,
    outdated: null,
    copySession: 0,
  }
}

/** Commit, step 4, at the source. */
export function committed(record: ReplicaRecord): ReplicaRecord {
  const history = past(record.history, record.base)
  return { ...record, base: noGeneration, history, copySession: 0 }
}

/** What the target takes over as its past: the source's base counts as past. */
export function historyForTarget(record: ReplicaRecord): readonly string[] {
  return past(record.history, record.base)
}

/** Newest first, without repeats, bounded. */
function past(history: readonly string[], newest: string): readonly string[] {
  if (newest === noGeneration) return history
  return [newest, ...history.filter((old) => old !== newest)].slice(0, historyLengthMax)
}
