/**
 * Who went on alone holds what was acknowledged last: it does not mark its replica as outdated for a
 * peer that waits, nor before it knows. (Where its mirrord cannot be started, nobody can know.)
 */
import type { Change } from './who-excludes.ts'

const startsTried = 2

export function marksTheNewest({ server, before, after, report }: Change): string | null {
  if (after.membership.kind === 'leaving' || report?.alone !== true) return null
  const marked = Object.keys(after.desired.outdated).find(
    (mirror) => before.desired.outdated[mirror] === undefined,
  )
  if (marked === undefined) return null
  const view = after.mirrors[marked]
  if (view?.report === null && view.lives >= startsTried) return null
  return `${server} marks ${marked} as outdated, which went on alone`
}
