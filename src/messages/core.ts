/** Messages of the decision maker and its groups: numbers 2000–2999. */
import type { MessageEntry } from './message.ts'

export const coreMessages = {
  'group-started': {
    number: 2001,
    severity: 'info',
    ja: 'グループ {group} を {server} で開始しました。',
    en: 'Group {group} was started on {server}.',
  },
} as const satisfies Record<string, MessageEntry>
