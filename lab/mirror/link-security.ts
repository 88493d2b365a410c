/**
 * The `link` part of a mirrord's settings. Without security nothing but the proof of the pair's key
 * guards the link; with it, keys and certificates are made here, by the lab, once for each pair.
 */
import type { MirrorSettings } from '../../src/wire/mirror-control.ts'
import { WrongUsage } from '../wrong-usage.ts'
import type { PairFolder, Side } from './folder.ts'

export type LinkChoice = 'on' | 'off'

export const linkChoiceByDefault: LinkChoice = 'off'

export function linkSettings(
  _folder: PairFolder,
  _side: Side,
  choice: LinkChoice,
): MirrorSettings['link'] {
  switch (choice) {
    case 'off':
      return { security: 'off' }
    case 'on':
      throw new WrongUsage('--link-security on: not yet; use --link-security off.')
  }
}
