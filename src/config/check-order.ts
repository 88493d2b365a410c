/** The order between groups: names that exist, and no group that waits for itself. */
import { say } from '../messages/catalogue.ts'
import { keyText, type Finding } from './problem.ts'
import type { Definition } from './schema.ts'

export function checkGroupOrder({ groups }: Definition): Finding[] {
  const known = groups.map(({ name }) => name)
  return groups.flatMap((group, index) =>
    group.startAfter.flatMap((name, place): Finding[] => {
      const path = ['groups', index, 'startAfter', place]
      const key = keyText(path)
      if (!known.includes(name)) {
        const args = { key, name, known: known.join(', ') }
        return [{ path, message: say('definition-group-unknown', args) }]
      }
      const circle = wayBack(groups, name, group.name)
      if (circle === null) return []
      const message = say('group-order-circle', {
        key,
        circle: [group.name, ...circle].join(' → '),
      })
      return [{ path, message }]
    }),
  )
}

/** The groups on the way from one to another, along `startAfter`; null: there is none. */
function wayBack(
  groups: Definition['groups'],
  from: string,
  to: string,
  seen: readonly string[] = [],
): string[] | null {
  if (from === to) return [to]
  if (seen.includes(from)) return null
  const before = groups.find(({ name }) => name === from)?.startAfter ?? []
  for (const next of before) {
    const rest = wayBack(groups, next, to, [...seen, from])
    if (rest !== null) return [from, ...rest]
  }
  return null
}
