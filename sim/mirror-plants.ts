/**
 * Faults to be planted into the mirror: each takes out one rule of safety.md by a change of at most
 * five lines. The simulation must find each of them; if it cannot, it is the world that is too kind.
 */
import type { Plant } from './planting.ts'

const activation = 'src/mirror/activation.ts'
const engine = 'src/mirror/engine.ts'
const meeting = 'src/mirror/meeting.ts'
const record = 'src/mirror/record.ts'
const requests = 'src/mirror/requests.ts'
const log = 'src/mirror/activity-log.ts'
const upkeep = 'src/mirror/upkeep.ts'
const peerWrites = 'src/mirror/peer-writes.ts'
const copySource = 'src/mirror/copy-source.ts'
const whichWay = 'src/mirror/which-way.ts'
const opened = 'src/mirror/opened-metadata.ts'

const creation: readonly Plant[] = [
  {
    rule: '14',
    what: 'the source that creation names is not alone',
    file: record,
    from: "  return { ...record, state: 'consistent', generation, alone: true }\n",
    to: "  return { ...record, state: 'consistent', generation }\n",
    seed: 1,
  },
  {
    rule: '14',
    what: 'the source that creation names takes no generation',
    file: record,
    from: "  return { ...record, state: 'consistent', generation, alone: true }\n",
    to: "  return { ...record, state: 'consistent', alone: true }\n",
    seed: 1,
  },
  {
    rule: '14',
    what: 'the other one counts as built when its first copy begins',
    file: record,
    from: 'return { ...record, sizeBytes: copy.sourceSizeBytes, copySession }',
    to: "return { ...record, sizeBytes: copy.sourceSizeBytes, copySession, state: 'consistent' }",
    seed: 1,
  },
  {
    rule: '14',
    what: 'the first copy takes over the difference only',
    file: whichWay,
    from: "return copyFrom(source, mine, theirs, { cover: 'full', because: 'never-built' })",
    to: "return copyFrom(source, mine, theirs, { cover: 'difference', because: 'never-built' })",
    seed: 2,
  },
]

const inSyncProved: readonly Plant[] = [
  {
    rule: '15',
    what: 'a replica is promoted without being proved in sync',
    file: activation,
    from: 'return state.inSync || isSource(state)',
    to: 'return true',
    seed: 1,
  },
  {
    rule: '15',
    what: 'in sync is assumed at the start',
    file: 'src/mirror/new-engine-state.ts',
    from: '    inSync: false,\n',
    to: '    inSync: true,\n',
    seed: 7,
  },
]

const freeze: readonly Plant[] = [
  {
    rule: '16',
    what: 'no permission is asked for',
    file: activation,
    from: '    state.inBreak = true\n',
    to: '    state.inBreak = true\n    state.mayAlone = true\n',
    seed: 2,
  },
  {
    rule: '16',
    what: 'the permission outlives the commit',
    file: meeting,
    from: '    state.mayAlone = false\n    keeper.change(record.noLongerAlone',
    to: '    keeper.change(record.noLongerAlone',
    seed: 2,
  },
  {
    rule: '16',
    what: 'a write is answered although the peer has not got it',
    file: requests,
    from: 'const peerHasIt = (pending.sent || pending.drains) && pending.awaited === 0',
    to: 'const peerHasIt = pending.sent || pending.drains',
    seed: 1,
  },
]

const generations: readonly Plant[] = [
  {
    rule: '17',
    what: 'the generation that the peer still has is not remembered',
    file: record,
    from: '    base: peerIsAtOld ? old : base,\n',
    to: '    base,\n',
    seed: 1,
  },
  {
    rule: '17',
    what: 'the first write alone needs no alone',
    file: activation,
    from: "state.role !== 'primary' || !state.mayAlone || !state.keeper.alone)",
    to: "state.role !== 'primary' || !state.mayAlone)",
    seed: 17,
  },
  {
    rule: '17',
    what: 'an extent counts as hot before the log is durable',
    file: log,
    from: 'if (hot === undefined || !hot.durable) return false',
    to: 'if (hot === undefined) return false',
    seed: 1,
  },
  {
    rule: '17',
    what: 'a write alone is not put into the map',
    file: requests,
    from: 'if (!host.replicates()) return host.differing.add(offset, length)',
    to: 'if (!host.replicates()) return',
    seed: 1,
  },
]

const promotion: readonly Plant[] = [
  {
    rule: '18',
    what: 'promotion does not flush',
    file: activation,
    from: '    this.#peerWrites.flush((error) => {\n',
    to: '    const skip = (done: (error: string | null) => void): void => done(null)\n    skip((error) => {\n',
    seed: 31,
  },
  {
    rule: '18',
    what: 'a term that is not higher is taken',
    file: activation,
    from: 'if (command.term <= knownTerm(state) && !(again && isLatest)) {',
    to: 'if (command.term < 0 && !(again && isLatest)) {',
    seed: 5,
  },
  {
    rule: '18',
    what: 'an earlier term is taken again although the peer was active since',
    file: activation,
    from: 'const isLatest = record.peerTerm <= command.term',
    to: 'const isLatest = true',
    seed: 26,
  },
  {
    rule: '18',
    what: 'the raised term is not durable',
    file: record,
    from: 'const active = { ...record, activationTerm: activation.term, wasActive: true }',
    to: 'const active = { ...record, wasActive: true }',
    seed: 7,
  },
]

const commit: readonly Plant[] = [
  {
    rule: '19',
    what: 'step 1: alone is not given up',
    file: meeting,
    from: 'keeper.change(record.noLongerAlone, (error) => {',
    to: 'keeper.change((old) => old, (error) => {',
    seed: 1,
  },
  {
    rule: '19',
    what: 'step 2: the target answers before it is durable',
    file: meeting,
    from: '    const { proof } = state\n    this.#peerWrites.flush((error) => {',
    to: "    const { proof } = state\n    world.link.send({ type: 'committed' })\n    this.#peerWrites.flush((error) => {",
    seed: 1,
  },
  {
    rule: '19',
    what: 'step 2: the target does not take the generation',
    file: record,
    from: '    generation: source.generation,\n',
    to: '',
    seed: 1,
  },
  {
    rule: '19',
    what: 'the commit comes before all is copied',
    file: copySource,
    from: 'return this.#pieces === 0 && this.#flushing === null && this.#host.differing.isEmpty',
    to: 'return this.#todo.isEmpty',
    seed: 1,
  },
]

const recorded: readonly Plant[] = [
  {
    rule: '20',
    what: 'the log is not written',
    file: log,
    from: 'if (sectors.length === 0) return finished(null)',
    to: 'if (sectors.length >= 0) return finished(null)',
    seed: 1,
  },
  {
    rule: '20',
    what: 'an extent leaves the log although it is not covered',
    file: log,
    from: 'return hot.durable && hot.busy === 0 && hot.epoch <= this.#coveredEpoch',
    to: 'return hot.durable && hot.busy === 0',
    seed: 1,
  },
  {
    rule: '20',
    what: 'an extent leaves the log while it is being written to',
    file: log,
    from: 'return hot.durable && hot.busy === 0 && hot.epoch <= this.#coveredEpoch',
    to: 'return hot.durable && hot.epoch <= this.#coveredEpoch',
    seed: 1,
  },
  {
    rule: '20',
    what: "an extent leaves the log without the peer's flush",
    file: upkeep,
    from: '    if (isReplicating) {\n',
    to: '    if (isReplicating && this.#coveredMs < 0) {\n',
    seed: 1,
  },
  {
    rule: '20',
    what: 'an extent leaves the log before the map is durable',
    file: upkeep,
    from: '      differences.persist((failed) => {\n        if (failed === null) log.covered(epoch)',
    to: '      log.covered(epoch)\n      differences.persist((failed) => {',
    seed: 1,
  },
  {
    rule: '20',
    what: 'what was written before a session replicates counts as covered by two flushes',
    file: engine,
    from: 'covered: (epoch) => differences.persist((error) => error ?? log.covered(epoch)),',
    to: 'covered: (epoch) => log.covered(epoch),',
    seed: 334,
  },
  {
    rule: '20',
    what: 'the old log is not folded into the map',
    file: opened,
    from: '        set.add(offset, Math.min(log.extentBytes, set.sizeBytes - offset))\n',
    to: '',
    seed: 1,
  },
  {
    rule: '20',
    what: "the target's map is not sent",
    file: meeting,
    from: "    if (starting.cover === 'full') return\n",
    to: "    if (starting.cover === 'full' || world.nowMs() > 0) return\n",
    seed: 1,
  },
  {
    rule: '20',
    what: 'the target drops its bits before the source has them',
    file: meeting,
    from: "    if (starting.cover === 'full') return\n    const { set } = differences\n    const numbers = set.pageNumbers()\n",
    to: "    if (starting.cover === 'full') return\n    const { set } = differences\n    const numbers = set.pageNumbers()\n    world.soon(() => {\n      set.clear()\n      differences.persist(() => undefined)\n    })\n",
    seed: 378,
  },
  {
    rule: '20',
    what: "the source's map is not durable before the copy",
    file: meeting,
    from: '      differences.persist((error) => {\n        if (state.phase !== starting) return\n',
    to: '      const skip = (done: (error: null) => void): void => done(null)\n      skip((error) => {\n        if (state.phase !== starting) return\n',
    seed: 19,
  },
  {
    rule: '20',
    what: 'the source of a copy has not flushed what it copies',
    file: meeting,
    from: '    this.#peerWrites.flush((failed) => {\n',
    to: '    const skip = (done: (error: string | null) => void): void => done(null)\n    skip((failed) => {\n',
    seed: 9,
  },
  {
    rule: '20',
    what: 'a stop without the peer drops the log',
    file: activation,
    from: 'const isTogether = replicates(state.phase) && !state.ioFailed',
    to: 'const isTogether = true\n    state.log.covered(state.log.beginEpoch())',
    seed: 9,
  },
]

const unflushed: readonly Plant[] = [
  {
    rule: '21',
    what: 'what the peer has not flushed is forgotten with the peer',
    file: engine,
    from: '    state.unflushed.moveInto(state.differences.set)\n',
    to: '',
    seed: 2,
  },
  {
    rule: '21',
    what: 'a flush clears what was written after it began',
    file: 'src/mirror/unflushed.ts',
    from: '    this.#flush = null\n    this.#older.clear()\n',
    to: '    this.#flush = null\n    this.#older.clear()\n    this.#recent.clear()\n',
    seed: 286,
  },
  {
    rule: '21',
    what: 'the peer does not flush',
    file: peerWrites,
    from: '      this.#host.disk.flush(done)\n',
    to: '      done(null)\n',
    seed: 1,
  },
  {
    rule: '21',
    what: 'a flush at the peer does not wait for what arrived before it',
    file: peerWrites,
    from: '    if (this.#busy.size === 0) return passed()\n',
    to: '    if (this.#busy.size >= 0) return passed()\n',
    seed: 1,
  },
]

const disks: readonly Plant[] = [
  {
    rule: 'disks: failed disk',
    what: 'a failed flush is taken for a good one',
    file: requests,
    from: '    disk.flush((error) => {\n      this.localLess()\n      this.localFinished(pending, error)',
    to: '    disk.flush(() => {\n      this.localLess()\n      this.localFinished(pending, null)',
    seed: 279,
  },
  {
    rule: 'disks: failed disk',
    what: 'a failed disk is promoted',
    file: activation,
    from: "  if (record.failed) return say('mirrord-promote-failed', { mirror })\n",
    to: '',
    seed: 3,
  },
  {
    rule: 'disks: failed disk',
    what: "the peer's failed write is taken for a good one",
    file: peerWrites,
    from: "    if (error !== null || !isFua) {\n      if (error !== null) this.#host.diskFailed('write', error)\n      return this.answer(at.session, at.sequence, error === null)",
    to: '    if (error !== null || !isFua) {\n      return this.answer(at.session, at.sequence, true)',
    seed: 81,
  },
  {
    rule: 'disks: superblock',
    what: 'a state is answered for when one slot holds it',
    file: 'src/drivers/superblock-store.ts',
    from: 'writeDurably(disk, slotOffsets[order[1]], slot, done)',
    to: 'done(null)',
    seed: 14,
  },
  {
    rule: 'disks: superblock',
    what: 'both slots are written at once',
    file: 'src/drivers/superblock-store.ts',
    from: '      writeDurably(disk, slotOffsets[order[0]], slot, (error) => {\n        if (error !== null) return done(error)\n        writeDurably(disk, slotOffsets[order[1]], slot, done)\n      })',
    to: '      disk.write(slotOffsets[order[0]], slot, () => undefined)\n      writeDurably(disk, slotOffsets[order[1]], slot, done)',
    seed: 201,
  },
  {
    rule: 'disks: superblock',
    what: 'a bad block of the map counts as empty',
    file: 'src/mirror/differences.ts',
    from: "    if (words === 'bad') {\n",
    to: "    if (words === 'bad') return\n    if (words === 'bad') {\n",
    seed: 7,
  },
  {
    rule: 'disks: superblock',
    what: 'a bad sector of the log counts as empty',
    file: opened,
    from: '      set.addEverything()\n      log.loadBad',
    to: '      log.loadBad',
    seed: 21,
  },
  {
    rule: 'disks: superblock',
    what: 'another data partition is taken for the right one',
    file: whichWay,
    from: "  if (!mine.bound || !theirs.bound) return 'unbound'\n",
    to: '',
    seed: 272,
  },
  {
    rule: 'disks: overlapping',
    what: 'overlapping writes overtake each other at the peer',
    file: peerWrites,
    from: 'isWanted || (ranges.size > 0 && !ranges.isFree(message.offset, length))',
    to: 'isWanted',
    seed: 1,
  },
  {
    rule: 'disks: overlapping',
    what: 'overlapping writes overtake each other here',
    file: requests,
    from: 'const isFree = ranges.isFree(request.offset, length) && this.#waiting.length === 0',
    to: 'const isFree = this.#waiting.length === 0',
    seed: 1,
  },
  {
    rule: 'disks: overlapping',
    what: "the copy overtakes a client's write of the same blocks",
    file: copySource,
    from: 'this.#host.ranges.acquire(run.offset, run.length, (release) => this.read(run, asks, release))',
    to: 'this.read(run, asks, () => undefined)',
    seed: 14,
  },
  {
    rule: 'disks: overlapping',
    what: 'a bit is cleared before the target has flushed',
    file: copySource,
    from: '    this.#arrived.push(run)\n',
    to: '    this.#arrived.push(run)\n    this.#host.differing.remove(run.offset, run.length)\n',
    seed: 19,
  },
  {
    rule: 'disks: network',
    what: "a frame's payload is not checked",
    file: 'src/wire/peer-frame.ts',
    from: 'if (payloadSum !== (payload.length === 0 ? 0 : checksum(payload))) {',
    to: 'if (payloadSum < 0) {',
    seed: 126,
  },
  {
    rule: 'disks: network',
    what: "a frame's header is not checked",
    file: 'src/wire/peer-frame.ts',
    from: "  if (raw.readUInt32BE(52) !== crc32cOf(raw, 0, 52)) return 'bad-checksum'\n",
    to: '',
    seed: 170,
  },
  {
    rule: 'disks: trim',
    what: 'a trim is done on one side only',
    file: requests,
    from: "        this.replicate(pending, { kind: 'zero', offset, length, fua }, length)\n",
    to: '',
    seed: 1,
  },
  {
    rule: 'disks: network',
    what: 'a path that resumes forgets what was not received',
    file: 'src/mirror/peer-link.ts',
    from: '    session.ring.rewind()\n',
    to: '',
    seed: 90,
  },
  {
    rule: 'which way',
    what: 'diverged replicas are merged',
    file: whichWay,
    from: "  return { kind: 'split-brain', ancestor: sameBase ? 'base' : 'none' }\n",
    to: "  const isNewer = mine.activationTerm > theirs.activationTerm\n  if (sameBase) return { source: isNewer ? 'mine' : 'theirs', cover: 'difference', because: 'base' }\n  return { kind: 'split-brain', ancestor: 'none' }\n",
    seed: 162,
  },
  {
    rule: 'which way',
    what: 'a mark on the strength of which nobody went alone decides a copy',
    file: whichWay,
    from: '  return !view.outdated || (view.generation === other.generation && !other.alone)\n',
    to: '  return !view.outdated\n',
    seed: 148,
  },
]

export const plants: readonly Plant[] = [
  ...creation,
  ...inSyncProved,
  ...freeze,
  ...generations,
  ...promotion,
  ...commit,
  ...recorded,
  ...unflushed,
  ...disks,
]
