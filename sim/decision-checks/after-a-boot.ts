/**
 * After a restart of the server its record permits nothing: it meets its peer first, or waits for it,
 * and nothing of an earlier boot is taken for running, or for excluded.
 */
import type { State } from '../../src/core/state.ts'

/** What the first state after a boot claims; null: nothing. */
export function claimedAfterBoot(server: string, state: State): string | null {
  const { membership, groups } = state
  if (membership.kind !== 'waiting') {
    return `${server} does not wait for its peer after a boot`
  }
  const isIdle = Object.values(groups).every(({ phase }) => phase === 'stopped')
  return isIdle ? null : `${server} takes a group of an earlier boot for running`
}
