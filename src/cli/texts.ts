/** Messages and times as people and scripts read them. */
import type { Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'
import { codeText, sentenceOf } from './shell.ts'

/** A copy of an API value in which every message also has its `code` and `text`. */
export function withTexts(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((item) => withTexts(item, language))
  if (typeof value !== 'object' || value === null) return value
  if (isMessage(value)) {
    return { ...value, code: codeText(value), text: sentenceOf(value, language) }
  }
  const entries = Object.entries(value).map(([key, item]) => [key, withTexts(item, language)])
  return Object.fromEntries(entries)
}

function isMessage(value: object): value is Message {
  return 'id' in value && 'args' in value && typeof value.id === 'string'
}

/** ISO 8601 -> `2026-11-22 14:00:00` in the local time zone. */
export function timeText(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const two = (number: number) => String(number).padStart(2, '0')
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-')
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`
}
