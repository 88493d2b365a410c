/** The alert log: what has happened, on both servers. */
import type { Alert } from '../api.ts'
import { codeOf, entryOf, render, type Message } from '../messages/catalogue.ts'
import { alert, understood } from './api/shapes.ts'
import { openMergedLog, type LogPlace, type MergedLog } from './merged-log.ts'

export interface AlertLog extends Omit<MergedLog<Alert>, 'add'> {
  /** `at`: when it happened, if that was before now. */
  add(message: Message, at?: Date): void
}

export async function openAlertLog(place: LogPlace): Promise<AlertLog> {
  const log = await openMergedLog<Alert>(place, (line) => understood(alert.safeParse(line)))
  return {
    ...log,
    add(message, when) {
      const { severity } = entryOf(message)
      const { at } = log.add({ severity, message }, when)
      console.log(`${at} ${codeOf(message)} ${severity} ${render(message, 'en')}`)
    },
  }
}
