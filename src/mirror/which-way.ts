/**
 * Which way to copy when two replicas meet: one pure function of both sides' records.
 *
 * The table of safety.md, row by row; the first row that matches wins. Each side calls it with
 * itself first; the answers always match: one source and one target, or both refuse. Whoever is in
 * doubt destroys nothing: a copy overwrites, so it happens only when the loser is proved to hold
 * nothing that was promised.
 */
import type { ReplicaView } from '../wire/peer-message.ts'
import { noGeneration } from '../wire/superblock.ts'

export type RefusalReason =
  | 'other-disk'
  | 'other-size'
  | 'unbound'
  | 'unknown'
  | 'failed'
  | 'none-built'
  | 'not-proved-newest'
  | 'no-source'
  | 'rolled-back'

export type CopyReason =
  | 'rolled-back'
  | 'never-built'
  | 'same-generation'
  | 'base'
  | 'past-generation'

export type Verdict =
  | {
      readonly kind: 'source' | 'target'
      /** What has to be copied: what both sides' records name, or everything. */
      readonly cover: 'difference' | 'full'
      readonly because: CopyReason
    }
  | { readonly kind: 'refused'; readonly because: RefusalReason }
  | { readonly kind: 'double-activation' }
  | { readonly kind: 'split-brain'; readonly ancestor: 'base' | 'none' }

type Side = 'mine' | 'theirs'
interface Copy {
  readonly source: Side
  readonly cover: 'difference' | 'full'
  readonly because: CopyReason
}
type Finding = Copy | Exclude<Verdict, { readonly kind: 'source' | 'target' }>

export function whichWay(mine: ReplicaView, theirs: ReplicaView): Verdict {
  const finding = find(mine, theirs)
  if ('kind' in finding) return finding
  const { source, cover, because } = finding
  return { kind: source === 'mine' ? 'source' : 'target', cover, because }
}

function find(mine: ReplicaView, theirs: ReplicaView): Finding {
  const misfit = findMisfit(mine, theirs)
  if (misfit !== null) return { kind: 'refused', because: misfit }
  if (mine.active && theirs.active) return { kind: 'double-activation' }
  if (isSuperseded(mine, theirs) || isSuperseded(theirs, mine)) {
    return { kind: 'double-activation' }
  }
  return (
    findNeverBuilt(mine, theirs) ??
    findRolledBack(mine, theirs) ??
    findSameGeneration(mine, theirs) ??
    findRelated(mine, theirs)
  )
}

/** Active in a term before the other one's: whoever is behind it should have been stopped. */
function isSuperseded(view: ReplicaView, other: ReplicaView): boolean {
  return view.active && view.activationTerm < other.activationTerm
}

/** Row 1, and replicas that can be neither source nor target. */
function findMisfit(mine: ReplicaView, theirs: ReplicaView): RefusalReason | null {
  if (!mine.known || !theirs.known) return 'unknown'
  if (mine.diskId !== theirs.diskId) return 'other-disk'
  if (!mine.bound || !theirs.bound) return 'unbound'
  if (mine.failed || theirs.failed) return 'failed'
  if (mine.sizeBytes === theirs.sizeBytes) return null
  // A replica that was never built takes the size of the source, if it has room.
  const mineFits = mine.state === 'never-built' && mine.sizeBytes > theirs.sizeBytes
  const theirsFits = theirs.state === 'never-built' && theirs.sizeBytes > mine.sizeBytes
  if (mineFits || theirsFits) return null
  // An extension that was interrupted: the smaller side has room for the larger size.
  const [smaller, larger] = mine.sizeBytes < theirs.sizeBytes ? [mine, theirs] : [theirs, mine]
  const isBuilt = smaller.state !== 'never-built' && larger.state !== 'never-built'
  return isBuilt && smaller.partitionBytes >= larger.sizeBytes ? null : 'other-size'
}

/**
 * (After the never built ones: a disk made anew remembers no session either, and must not make
 * an old replica pass for the newest.) A side that does not remember a session which the other one knows it had recorded was rolled
 * back: never the source. If it has gone alone since, an order is needed.
 */
function findRolledBack(mine: ReplicaView, theirs: ReplicaView): Finding | null {
  const mineBack = mine.session < theirs.sessionConfirmed
  const theirsBack = theirs.session < mine.sessionConfirmed
  if (!mineBack && !theirsBack) return null
  if (mineBack && theirsBack) return { kind: 'refused', because: 'rolled-back' }
  const source = mineBack ? 'theirs' : 'mine'
  const back = mineBack ? mine : theirs
  if (back.alone) return { kind: 'refused', because: 'rolled-back' }
  return copyFrom(source, mine, theirs, { cover: 'full', because: 'rolled-back' })
}

function findNeverBuilt(mine: ReplicaView, theirs: ReplicaView): Finding | null {
  const mineNever = mine.state === 'never-built'
  const theirsNever = theirs.state === 'never-built'
  if (!mineNever && !theirsNever) return null
  if (mineNever && theirsNever) return { kind: 'refused', because: 'none-built' }
  const built = mineNever ? theirs : mine
  // A base without *alone* is a commit that the other side did not finish: nobody else is newer.
  const provedNewest = built.active || built.alone || built.base !== noGeneration
  if (!provedNewest) return { kind: 'refused', because: 'not-proved-newest' }
  const source = mineNever ? 'theirs' : 'mine'
  return copyFrom(source, mine, theirs, { cover: 'full', because: 'never-built' })
}

function findSameGeneration(mine: ReplicaView, theirs: ReplicaView): Finding | null {
  if (mine.generation !== theirs.generation) return null
  if (mine.generation === noGeneration) return { kind: 'refused', because: 'no-source' }
  const source = sourceOfSame(mine, theirs)
  if (typeof source === 'object') return source
  return copyFrom(source, mine, theirs, { cover: 'difference', because: 'same-generation' })
}

/** Who of two replicas of one generation has everything that was acknowledged. */
function sourceOfSame(mine: ReplicaView, theirs: ReplicaView): Side | Finding {
  const isFit = canBeSource(mine, theirs)
  if (isFit !== canBeSource(theirs, mine)) return isFit ? 'mine' : 'theirs'
  // Alone with a generation that another one has: must not happen, and if so nothing is known.
  if (mine.alone && theirs.alone) return { kind: 'split-brain', ancestor: 'none' }
  if (mine.alone !== theirs.alone) return mine.alone ? 'mine' : 'theirs'
  if (mine.active !== theirs.active) return mine.active ? 'mine' : 'theirs'
  if (mine.restarted !== theirs.restarted) return mine.restarted ? 'theirs' : 'mine'
  if (mine.activationTerm !== theirs.activationTerm) {
    return mine.activationTerm > theirs.activationTerm ? 'mine' : 'theirs'
  }
  // Nothing was acknowledged by one side only, so either will do; both must name the same one.
  return mine.server < theirs.server ? 'mine' : 'theirs'
}

function findRelated(mine: ReplicaView, theirs: ReplicaView): Finding {
  const mineIsBase = isGeneration(mine.generation) && mine.generation === theirs.base
  const theirsIsBase = isGeneration(theirs.generation) && theirs.generation === mine.base
  const mineIsPast = mineIsBase || theirs.history.includes(mine.generation)
  const theirsIsPast = theirsIsBase || mine.history.includes(theirs.generation)
  if (mineIsPast !== theirsIsPast) {
    const older = mineIsPast ? mine : theirs
    const isBase = mineIsPast ? mineIsBase : theirsIsBase
    if (older.alone) return { kind: 'split-brain', ancestor: 'none' }
    return copyFrom(mineIsPast ? 'theirs' : 'mine', mine, theirs, {
      cover: isBase ? 'difference' : 'full',
      because: isBase ? 'base' : 'past-generation',
    })
  }
  const sameBase = isGeneration(mine.base) && mine.base === theirs.base
  return { kind: 'split-brain', ancestor: sameBase ? 'base' : 'none' }
}

/** The copy, unless its source is unfit or its target is running the service. */
function copyFrom(
  source: Side,
  mine: ReplicaView,
  theirs: ReplicaView,
  copy: Omit<Copy, 'source'>,
): Finding {
  const from = source === 'mine' ? mine : theirs
  const to = source === 'mine' ? theirs : mine
  if (!canBeSource(from, to)) return { kind: 'refused', because: 'no-source' }
  if (to.active) return { kind: 'double-activation' }
  // The copy that both began goes on: what is not copied yet stands in the source's map.
  return { source, ...copy, cover: sameCopy(mine, theirs, copy) ? 'difference' : copy.cover }
}

/** A replica that was rolled back may have lost what was copied to it since. */
function sameCopy(
  mine: ReplicaView,
  theirs: ReplicaView,
  copy: { readonly because: CopyReason },
): boolean {
  const isSame = mine.copySession !== 0 && mine.copySession === theirs.copySession
  return isSame && copy.because !== 'rolled-back'
}

/**
 * A source is consistent and not outdated. A mark says that the other one *may* go on alone; where
 * that one is at the same generation still and not alone, it did not, and the mark says nothing.
 */
function canBeSource(view: ReplicaView, other: ReplicaView): boolean {
  if (view.state !== 'consistent') return false
  return !view.outdated || (view.generation === other.generation && !other.alone)
}

function isGeneration(generation: string): boolean {
  return generation !== noGeneration
}
