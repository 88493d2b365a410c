/** The alert log, newest first, with cause and what to do. */
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Alert } from '../api.ts'
import { codeOf } from '../messages/catalogue.ts'
import type { Severity } from '../messages/message.ts'
import { useSpeech } from './speech.ts'
import { Mark } from './mark.tsx'

const health = { info: 'green', warning: 'yellow', error: 'red' } as const
const severities: readonly Severity[] = ['info', 'warning', 'error']
const shownMax = 200

export function Alerts({ alerts }: { readonly alerts: readonly Alert[] }) {
  const { words, language, sentence } = useSpeech()
  const [only, setOnly] = useState<Severity | 'all'>('all')
  const [wanted, setWanted] = useState('')
  const fits = ({ severity, server, message }: Alert): boolean => {
    if (only !== 'all' && severity !== only) return false
    const text = `${server} ${codeOf(message)} ${sentence(message)}`.toLocaleLowerCase(language)
    return text.includes(wanted.trim().toLocaleLowerCase(language))
  }
  const found = alerts.filter(fits).toReversed()
  const shown = found.slice(0, shownMax)
  const lineOf = ({ at, server, severity, message }: Alert): string =>
    [at, server, codeOf(message), words.severity[severity], sentence(message)].join('\t')
  return (
    <>
      <div className="filters">
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
        <label>
          {words.search}{' '}
          <input
            type="search"
            value={wanted}
            onChange={({ target }) => setWanted(target.value)}
          />
        </label>
        <Button onPress={() => save('kagami-alerts.txt', found.toReversed().map(lineOf))}>
          {words.export}
        </Button>
      </div>
      {alerts.length === 0 && <p>{words.noAlerts}</p>}
      {alerts.length > 0 && shown.length === 0 && <p>{words.noneFound}</p>}
      <ol className="alerts">
        {shown.map((alert) => (
          <Line key={`${alert.server}/${alert.number}/${alert.at}`} alert={alert} />
        ))}
      </ol>
    </>
  )
}

/** Offers the lines as a file. */
function save(name: string, lines: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

function Line({ alert }: { readonly alert: Alert }) {
  const { words, locale, sentence, cause: causeOf, action } = useSpeech()
  const { message, severity, server, at } = alert
  const cause = causeOf(message)
  const next = action(message)
  const time = new Date(at).toLocaleString(locale)
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
