/** The alert log, newest first, with cause and what to do. */
import { memo, useEffect, useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import type { Alert } from '../api.ts'
import { codeOf, render } from '../messages/catalogue.ts'
import type { Language, Severity } from '../messages/message.ts'
import { useWords } from './language.tsx'
import { useSpeech } from './speech.ts'
import { Mark } from './mark.tsx'

const health = { info: 'green', warning: 'yellow', error: 'red' } as const
const severities: readonly Severity[] = ['info', 'warning', 'error']
/** So many are shown until somebody asks for more. */
const pageLines = 200
/** Drawn at a stretch: a click on another page does not wait for all of them. */
const stretchLines = 12

export const Alerts = memo(function Alerts({ alerts }: { readonly alerts: readonly Alert[] }) {
  const { words, language } = useWords()
  const [only, setOnly] = useState<Severity | 'all'>('all')
  const [wanted, setWanted] = useState('')
  const [most, setMost] = useState(pageLines)
  const found = useMemo(() => {
    const sought = wanted.trim().toLocaleLowerCase(language)
    const fits = (alert: Alert): boolean =>
      (only === 'all' || alert.severity === only) &&
      (sought === '' || textOf(alert, language).toLocaleLowerCase(language).includes(sought))
    return alerts.filter(fits).toReversed()
  }, [alerts, only, wanted, language])
  const drawn = useStretches(Math.min(most, found.length))
  const lineOf = (alert: Alert): string => {
    const { at, server, severity, message } = alert
    const sentence = render(message, language)
    return [at, server, codeOf(message), words.severity[severity], sentence].join('\t')
  }
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
      {alerts.length > 0 && found.length === 0 && <p>{words.noneFound}</p>}
      <ol className="alerts">
        {found.slice(0, drawn).map((alert) => (
          <Line key={`${alert.server}/${alert.number}/${alert.at}`} alert={alert} />
        ))}
      </ol>
      {found.length > most && (
        <Button onPress={() => setMost(most + pageLines)}>
          {words.moreLines(found.length - most)}
        </Button>
      )}
    </>
  )
})

const textOf = ({ server, message }: Alert, language: Language): string =>
  `${server} ${codeOf(message)} ${render(message, language)}`

/** How many of `wanted` lines are drawn by now. */
function useStretches(wanted: number): number {
  const [allowed, setAllowed] = useState(stretchLines)
  useEffect(() => {
    if (allowed >= wanted) return undefined
    const timer = setTimeout(() => setAllowed(allowed + stretchLines))
    return () => clearTimeout(timer)
  }, [allowed, wanted])
  return Math.min(allowed, wanted)
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

const Line = memo(function Line({ alert }: { readonly alert: Alert }) {
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
})
