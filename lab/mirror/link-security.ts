/**
 * The `link` part of a mirrord's settings. With security, an authority of the pair's own signs one
 * certificate a side, made here once and kept in the folder; without, nothing but the proof of the
 * pair's key guards the link.
 */
import { existsSync } from 'node:fs'
import type { MirrorSettings } from '../../src/wire/mirror-control.ts'
import { type PairFolder, type Side, sides } from './folder.ts'

export type LinkChoice = 'on' | 'off'

export const linkChoiceByDefault: LinkChoice = 'on'

/** Makes what is not there yet. */
export async function makeIdentities(folder: PairFolder, choice: LinkChoice): Promise<void> {
  if (choice === 'off' || sides.every((side) => existsSync(keyFile(folder, side)))) return
  const { makeCertificates, writeIdentity } = await import('../../src/drivers/certificates.ts')
  for (const [side, identity] of await makeCertificates('lab mirror', sides)) {
    writeIdentity(folder.of(side as Side, 'keys'), side, identity)
  }
}

export function linkSettings(
  folder: PairFolder,
  side: Side,
  choice: LinkChoice,
): MirrorSettings['link'] {
  if (choice === 'off') return { security: 'off' }
  return {
    security: 'tls',
    certificateFile: folder.of(side, `keys/${side}.pem`),
    privateKeyFile: keyFile(folder, side),
    authorityFile: folder.of(side, 'keys/ca.pem'),
  }
}

function keyFile(folder: PairFolder, side: Side): string {
  return folder.of(side, `keys/${side}.key`)
}
