/** The alert log, newest first, with cause and what to do. */
import { useState } from 'react'
import type { Alert } from '../api.ts'
import { codeOf } from '../messages/catalogue.ts'
import type { Severity } from '../messages/message.ts'
import { useSpeech } from './language.tsx'
import { Mark } from './mark.tsx'

const health = { info: 'green', warning: 'yellow', error: 'red' } as const
const severities: readonly Severity[] = ['info', 'warning', 'error']
const shownMax = 200

export function Alerts({ alerts }: { readonly alerts: readonly Alert[] }) {
  const { words } = useSpeech()
  const [only, setOnly] = useState<Severity | 'all'>('all')
  const shown = alerts
    .filter(({ severity }) => only === 'all' || severity === only)
    .toReversed()
    .slice(0, shownMax)
  return (
    <section className="alerts" aria-label={words.alerts}>
      <h2>{words.alerts}</h2>
      <label>
        {words.filter}{' '}
        <select value={only} onChange={({ target }) => setOnly(target.value as Severity | 'all')}>
          <option value="all">{words.everything}</option>
          {severities.map((each) => (
            <option key={each} value={each}>
              {words.severity[each]}
            </option>
          ))}
        </select>
      </label>
      {shown.length === 0 && <p>{words.noAlerts}</p>}
      <ol>
        {shown.map((alert) => (
          <Line key={`${alert.server}/${alert.sequence}`} alert={alert} />
        ))}
      </ol>
    </section>
  )
}

function Line({ alert }: { readonly alert: Alert }) {
  const { words, language, sentence, cause: causeOf, action } = useSpeech()
  const { message, severity, server, at } = alert
  const cause = causeOf(message)
  const next = action(message)
  const time = new Date(at).toLocaleString(language)
  const head = (
    <>
      <time dateTime={at}>{time}</time> <span>{server}</span> <code>{codeOf(message)}</code>{' '}
      <Mark health={health[severity]} word={words.severity[severity]} /> {sentence(message)}
    </>
  )
  if (cause === null && next === null) return <li>{head}</li>
  return (
    <li>
      <details>
        <summary>{head}</summary>
        {cause !== null && (
          <p>
            <strong>{words.cause}</strong> {cause}
          </p>
        )}
        {next !== null && (
          <p>
            <strong>{words.next}</strong> {next}
          </p>
        )}
      </details>
    </li>
  )
}
