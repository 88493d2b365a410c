/** What was ordered, in the words of the menus; the audit has it as the route of the API and its particulars. */
import type { Words } from './words.ts'

const route = /^\/(groups|servers|server|mirrors|cluster)(?:\/([^/ ]+))?\/([a-z-]+)((?: .*)?)$/

/** `/groups/Apache/move to SERVER2` -> `Move to the other server: Apache (SERVER2)`; else the route itself. */
export function orderedText(what: string, words: Words): string {
  if (what === '/session') return words.login
  const [, kind = '', first, last = '', rest = ''] = route.exec(what) ?? []
  const action = actionOf(kind, rest === ' afterwards reboot' ? 'reboot' : last, words)
  if (action === null) return what
  const name = first === undefined ? '' : `: ${decoded(first)}`
  const particulars = rest.trim().split(' ')
  const values = particulars
    .filter((_, index) => index % 2 === 1)
    .filter((value) => !plain.has(value))
  return `${action}${name}${values.length === 0 ? '' : ` (${values.join(', ')})`}`
}

/** They say no more than the action does. */
const plain = new Set(['nothing', 'poweroff', 'reboot', 'false', 'true'])

function actionOf(kind: string, last: string, words: Words): string | null {
  if (kind === 'groups' && last === 'force') return words.actions['take-over']
  if (kind === 'mirrors' && last === 'force') return words.actions['give-up']
  return (words.actions as Readonly<Record<string, string>>)[last] ?? null
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
