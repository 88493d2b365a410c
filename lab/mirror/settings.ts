/**
 * The settings file of each kagami-mirrord of a pair.
 *
 * Both talk over the loopback network. Its addresses derive from the folder, so that several pairs
 * run side by side without knowing of each other: `a` on 127.X.Y.1 and .3, `b` on .2 and .4.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { MirrorMode, MirrorSettings } from '../../src/wire/mirror-control.ts'
import { otherSide, type PairFolder, type PairRecord, type Side } from './folder.ts'
import { type LinkChoice, linkSettings } from './link-security.ts'

export interface PairChoices {
  readonly mode: MirrorMode
  readonly linkSecurity: LinkChoice
  readonly disk: 'plain' | 'volatile'
  /** Silence of a path after which it is dead; of the peer, after which it is lost, twice that. */
  readonly pathTimeoutMs: number
}

export interface Partitions {
  readonly data: string
  readonly meta: string
}

const port = 29_005
const mirrorName = 'md1'

export function exportUri(folder: PairFolder, side: Side): string {
  return `nbd+unix:///${mirrorName}?socket=${folder.of(side, 'nbd.sock')}`
}

/** Writes the file and returns its path. */
export function writeSettings(
  folder: PairFolder,
  side: Side,
  made: {
    readonly record: PairRecord
    readonly choices: PairChoices
    readonly partitions: Partitions
  },
): string {
  const { record, choices, partitions } = made
  const settings: MirrorSettings = {
    mirror: mirrorName,
    server: side,
    peer: otherSide(side),
    diskId: record.diskId,
    dataPartition: partitions.data,
    clusterPartition: partitions.meta,
    controlSocket: folder.of(side, 'control.sock'),
    nbdSocket: folder.of(side, 'nbd.sock'),
    paths: pathsOf(folder, side),
    keyFile: folder.file('key'),
    link: linkSettings(folder, side, choices.linkSecurity),
    mode: choices.mode,
    verifyEveryHours: 0,
    bootId: `${kernelBoot()}-${record.powerCuts[side]}`,
    pathTimeoutMs: choices.pathTimeoutMs,
    peerTimeoutMs: choices.pathTimeoutMs * 2,
  }
  const path = folder.of(side, 'settings.json')
  writeFileSync(path, `${JSON.stringify(settings, null, 2)}\n`)
  return path
}

function pathsOf(folder: PairFolder, side: Side): MirrorSettings['paths'] {
  const digest = createHash('sha256').update(folder.dir).digest()
  const network = `127.${64 + ((digest[0] ?? 0) % 128)}.${digest[1] ?? 0}`
  const [own, other] = side === 'a' ? [1, 2] : [2, 1]
  return ['interconnect', 'public'].map((name, index) => ({
    name,
    local: `${network}.${own + 2 * index}`,
    peer: `${network}.${other + 2 * index}`,
    port,
    peerPort: port,
  }))
}

/** What is in the page cache outlives a process, not the kernel. */
function kernelBoot(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 23)
}
