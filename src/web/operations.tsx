/** Who ordered what, from where, and what came of it. */
import { useEffect, useState } from 'react'
import type { Operation } from '../api.ts'
import { useSpeech } from './speech.ts'
import type { Live } from './live.ts'
import { orderedText } from './ordered.ts'
import { Mark } from './mark.tsx'
import { ask } from './session.ts'

const everyMs = 3000
const shownMax = 300

export function Operations({ live }: { readonly live: Live }) {
  const { words, locale, sentence } = useSpeech()
  const operations = useOperations(live)
  if (operations === null) return <p className="quiet">{words.trying}</p>
  if (operations.length === 0) return <p>{words.operations.none}</p>
  return (
    <table className="wide">
      <thead>
        <tr>
          {[words.operations.when, words.operations.who, words.operations.what].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
          <th scope="col">{words.operations.outcome}</th>
        </tr>
      </thead>
      <tbody>
        {operations.map(({ number, server, at, user, from, what, accepted, message }) => (
          <tr key={`${server}/${number}/${at}`}>
            <td>
              <time dateTime={at}>{new Date(at).toLocaleString(locale)}</time> {server}
            </td>
            <td>{words.operations.by(user, from)}</td>
            <td title={what}>{orderedText(what, words)}</td>
            <td>
              <Mark
                health={accepted ? 'green' : 'yellow'}
                word={accepted ? words.operations.done : words.operations.refused}
              />{' '}
              {sentence(message)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function useOperations(live: Live): readonly Operation[] | null {
  const [operations, setOperations] = useState<readonly Operation[] | null>(null)
  useEffect(() => {
    let isOver = false
    const look = async (): Promise<void> => {
      const reply = await ask(live.origin(), 'GET', '/operations', { pass: live.session().pass })
      if (isOver || reply?.status !== 200) return
      const { operations: all } = reply.body as { readonly operations: readonly Operation[] }
      setOperations(all.toSorted((a, b) => b.stamp - a.stamp).slice(0, shownMax))
    }
    void look()
    const timer = setInterval(() => void look(), everyMs)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [live])
  return operations
}
