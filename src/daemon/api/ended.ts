/** Sessions that were ended before their time, on either server; forgotten when they would have ended. */
const keptMax = 10_000

export interface EndedSessions {
  has(session: string): boolean
  /** `until`: milliseconds of the epoch. */
  add(session: string, until: number): void
  list(): readonly (readonly [session: string, until: number])[]
}

export function endedSessions(now: () => number): EndedSessions {
  const ended = new Map<string, number>()
  return {
    has: (session) => ended.has(session),
    add(session, until) {
      for (const [each, end] of ended) if (end <= now()) ended.delete(each)
      if (until > now() && ended.size < keptMax) ended.set(session, until)
    },
    list: () => [...ended],
  }
}
