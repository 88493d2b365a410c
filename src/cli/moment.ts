/**
 * A moment as it is typed after `--since`: a day, a day and a time, a time alone (the last time that it was so
 * late), or an age. In the time zone of this machine, as times are shown.
 */

/** What is told to somebody who typed something else. */
export const momentForms = '2026-11-22, 2026-11-22T14:00, 14:00, 30s, 30m, 2h, 1d'

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds since 1970; null when it is no moment. */
export function momentOf(text: string, nowMs: number): number | null {
  const age = /^(\d{1,6})(s|min|m|h|d)$/.exec(text)
  if (age !== null) return nowMs - Number(age[1]) * (unitMs[age[2] ?? ''] ?? 0)
  const time = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (time !== null) return lastTime(time.slice(1), nowMs)
  const day = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z)?)?$/.exec(
    text,
  )
  if (day === null) return null
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = numbersOf(
    day.slice(1, 7),
  )
  if (!isTime(hour, minute, second)) return null
  const [ms, found] =
    day[7] === 'Z'
      ? utc(year, month, date, [hour, minute, second])
      : local(year, month, date, [hour, minute, second])
  return found === date ? ms : null
}

/** 30 February becomes 2 March: then it was none. */
type Found = readonly [ms: number, date: number]
type Clock = readonly [hour: number, minute: number, second: number]

function local(year: number, month: number, date: number, clock: Clock): Found {
  const moment = new Date(year, month - 1, date, ...clock)
  return [moment.getTime(), moment.getMonth() === month - 1 ? moment.getDate() : 0]
}

function utc(year: number, month: number, date: number, clock: Clock): Found {
  const moment = new Date(Date.UTC(year, month - 1, date, ...clock))
  return [moment.getTime(), moment.getUTCMonth() === month - 1 ? moment.getUTCDate() : 0]
}

function lastTime(parts: readonly (string | undefined)[], nowMs: number): number | null {
  const [hour = 0, minute = 0, second = 0] = numbersOf(parts)
  if (!isTime(hour, minute, second)) return null
  const moment = new Date(nowMs)
  moment.setHours(hour, minute, second, 0)
  if (moment.getTime() > nowMs) moment.setDate(moment.getDate() - 1)
  return moment.getTime()
}

function numbersOf(parts: readonly (string | undefined)[]): number[] {
  return parts.map((part) => Number(part ?? 0))
}

function isTime(hour: number, minute: number, second: number): boolean {
  return hour < 24 && minute < 60 && second < 60
}
