/**
 * Whether this browser could go on through the other server: it has to trust that one's certificate as well, which
 * nobody notices before the night in which it matters.
 */
import { useEffect, useState } from 'react'
import type { ClusterStatus } from '../api.ts'
import { useSpeech } from './speech.ts'

const firstMs = 3000
const everyMs = 30_000
const withinMs = 4000

/** Says so when it could not; `status`: of the server that the page came from. */
export function Reach({ status }: { readonly status: ClusterStatus }) {
  const { words } = useSpeech()
  const [isCutOff, setCutOff] = useState(false)
  const other = status.servers.find(({ name }) => name !== status.reportedBy)
  const name = other?.name ?? ''
  const isThere = other?.state === 'online' || other?.state === 'standby'
  const origins = originsOf(status, name).join(' ')
  useEffect(() => {
    setCutOff(false)
    if (!isThere || origins === '') return undefined
    let isOver = false
    const look = async (): Promise<void> => {
      const answers = await Promise.all(origins.split(' ').map(answersAt))
      if (!isOver) setCutOff(!answers.includes(true))
    }
    const first = setTimeout(() => void look(), firstMs)
    const timer = setInterval(() => void look(), everyMs)
    return () => {
      isOver = true
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [isThere, origins])
  return isCutOff ? (<p role="alert" className="note">{words.cutOff(name)}</p>) : null
}

/** Where that server's pages are. */
function originsOf({ links }: ClusterStatus, server: string): string[] {
  const { port } = location
  return links
    .toSorted((a) => (a.kind === 'public' ? -1 : 1))
    .flatMap(({ addresses }) => addresses[server] ?? [])
    .map((address) => `https://${address}${port === '' ? '' : `:${port}`}`)
}

async function answersAt(origin: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(withinMs)
    const answer = await fetch(`${origin}/api/v1/health`, { credentials: 'omit', signal })
    return answer.ok
  } catch {
    return false
  }
}
