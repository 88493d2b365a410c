/**
 * Whether this browser could go on through the other server: it has to trust that one's certificate as well, which
 * nobody notices before the night in which it matters.
 */
import { useEffect, useState } from 'react'
import type { ClusterStatus } from '../api.ts'
import { originsOf } from './origins.ts'
import { useSpeech } from './speech.ts'

const firstMs = 3000
const everyMs = 30_000
const withinMs = 4000
/** Once is nothing: a server that has just come back has no pages yet. */
const againMs = 5000

/** Says so when it could not; `status`: of the server that the page came from. */
export function Reach({ status }: { readonly status: ClusterStatus }) {
  const { words } = useSpeech()
  const [isCutOff, setCutOff] = useState(false)
  const other = status.servers.find(({ name }) => name !== status.reportedBy)
  const name = other?.name ?? ''
  const isThere = other?.state === 'online' || other?.state === 'standby'
  const origins = originsOf(status, (server) => server === name).join(' ')
  useEffect(() => {
    setCutOff(false)
    if (!isThere || origins === '') return undefined
    let isOver = false
    const isReached = async (): Promise<boolean> => {
      const answers = await Promise.all(origins.split(' ').map(answersAt))
      return answers.includes(true)
    }
    const look = async (): Promise<void> => {
      let isThrough = await isReached()
      if (!isThrough) {
        await new Promise((next) => setTimeout(next, againMs))
        isThrough = isOver || (await isReached())
      }
      if (!isOver) setCutOff(!isThrough)
    }
    const first = setTimeout(() => void look(), firstMs)
    const timer = setInterval(() => void look(), everyMs)
    return () => {
      isOver = true
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [isThere, origins])
  if (!isCutOff) return null
  return (
    <p role="alert" className="note">
      {words.cutOff(name)}
    </p>
  )
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
