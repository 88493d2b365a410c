/**
 * Sessions that were ended before their time, on either server; forgotten when they would have ended. Of each user
 * a few are kept one by one; beyond them, all that began before a time are over: nobody fills the list.
 */
import { z } from 'zod'
import type { Store } from '../../drivers/store.ts'

const eachMax = 20
const writeEveryMs = 1000

/** `until`: when the session would have ended, milliseconds of the epoch. */
export interface SessionEnd {
  readonly user: string
  readonly session: string
  readonly until: number
}

/** `session` empty: all sessions of that user that end at `until` or before. */
export const endedList = z
  .array(z.object({ user: z.string().max(100), session: z.string().max(100), until: z.number() }))
  .max(50_000)

export interface EndedSessions {
  has(session: SessionEnd): boolean
  add(session: SessionEnd): void
  list(): readonly SessionEnd[]
}

/** `store`: what was ended stays so over a restart; null: in memory alone. */
export async function endedSessions(
  now: () => number,
  store: Store<readonly SessionEnd[]> | null,
): Promise<EndedSessions> {
  const found = await store?.read()
  const read = endedList.safeParse(found?.ok === true ? found.value : null)
  const ofUser = new Map<string, readonly SessionEnd[]>()
  const list = (): readonly SessionEnd[] => [...ofUser.values()].flat()
  const covers = (each: SessionEnd, { session, until }: SessionEnd): boolean =>
    each.session === '' ? until <= each.until : each.session === session
  const has = (wanted: SessionEnd): boolean =>
    ofUser.get(wanted.user)?.some((each) => covers(each, wanted)) ?? false
  const keep = (ended: SessionEnd): void => {
    const { user } = ended
    const known = (ofUser.get(user) ?? []).filter(({ until }) => until > now())
    ofUser.set(user, shortened([...known, ended]))
  }
  for (const ended of read.success ? read.data : []) if (ended.until > now()) keep(ended)
  let isDue = false
  const writeSoon = (): void => {
    if (isDue || store === null) return
    isDue = true
    setTimeout(() => {
      isDue = false
      void store.write(list())
    }, writeEveryMs).unref()
  }
  return {
    has,
    list,
    add(ended) {
      if (ended.until <= now() || has(ended)) return
      keep(ended)
      writeSoon()
    },
  }
}

/** Too many of one user: the older ones become one line. */
function shortened(all: readonly SessionEnd[]): readonly SessionEnd[] {
  if (all.length <= eachMax) return all
  const sorted = all.toSorted((a, b) => b.until - a.until)
  const [first] = sorted.slice(eachMax / 2)
  const kept = sorted.slice(0, eachMax / 2)
  return first === undefined ? kept : [...kept, { ...first, session: '' }]
}
