/** Sessions that were ended before their time, on either server; forgotten when they would have ended. */
import { z } from 'zod'
import type { Store } from '../../drivers/store.ts'

const keptMax = 10_000

type Ended = readonly (readonly [session: string, until: number])[]

export const endedList = z.array(z.tuple([z.string().max(100), z.number()])).max(keptMax)

export interface EndedSessions {
  has(session: string): boolean
  /** `until`: milliseconds of the epoch. */
  add(session: string, until: number): void
  list(): Ended
}

/** `store`: what was ended stays so over a restart; null: in memory alone. */
export async function endedSessions(
  now: () => number,
  store: Store<Ended> | null,
): Promise<EndedSessions> {
  const found = await store?.read()
  const read = endedList.safeParse(found?.ok === true ? found.value : null)
  const ended = new Map<string, number>(read.success ? read.data : [])
  let last: Promise<unknown> = Promise.resolve()
  return {
    has: (session) => ended.has(session),
    add(session, until) {
      for (const [each, end] of ended) if (end <= now()) ended.delete(each)
      if (until <= now() || ended.size >= keptMax || ended.has(session)) return
      ended.set(session, until)
      last = last.then(() => store?.write([...ended]))
    },
    list: () => [...ended],
  }
}
