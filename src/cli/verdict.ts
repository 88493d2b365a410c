/**
 * `kagami config verdict PATH`: what the definition is worth, failure by failure and in pairs, as the
 * simulator finds it: survived, stopped with the data safe, or two active servers possible.
 */
import { loadDefinition } from '../config/load.ts'
import { say, type Message } from '../messages/catalogue.ts'
import { verdict, type Outcome, type Trial, type Verdict } from '../verdict.ts'
import { refuseDefinition } from './config.ts'
import { exitCode, sentenceOf, type ExitCode, type Shell } from './shell.ts'
import { withTexts } from './texts.ts'
import { hanging, wrapped } from './wrap.ts'

const tracesMax = 3
const traceLinesMax = 14

export function showVerdict(shell: Shell, path: string): ExitCode {
  const loaded = loadDefinition(path)
  if (!loaded.ok) return refuseDefinition(shell, loaded.problems)
  const found = verdict(loaded.definition)
  if (shell.json) shell.write(`${JSON.stringify(withTexts(found, shell.language), null, 2)}\n`)
  else for (const line of linesOf(shell, found)) shell.write(`${line}\n`)
  return exitCode.ok
}

function linesOf(shell: Shell, { singles, pairs }: Verdict): string[] {
  const sentence = (message: Message): string => sentenceOf(message, shell.language)
  const what = (failures: readonly string[]): string =>
    failures.map((failure) => sentence(nameOf(failure))).join(sentence(say('verdict-then')))
  const rowOf = (trial: Trial): string[] => {
    const outage = trial.outageMs === null ? '' : `  ${(trial.outageMs / 1000).toFixed(1)} s`
    const text = `${what(trial.failures)}: ${sentence(wordOf(trial.outcome))}${outage}`
    return hanging(`  ${mark[trial.outcome]} `, text, shell.columns)
  }
  const count = (outcome: Outcome): number =>
    pairs.filter((each) => each.outcome === outcome).length
  const bad = pairs.filter(({ outcome }) => outcome !== 'survived')
  // What is bad because one of the two is as bad alone is no news.
  const isBadAlone = (failure: string, isDouble: boolean): boolean =>
    singles.some(
      ({ failures, outcome }) =>
        failures[0] === failure &&
        outcome !== 'survived' &&
        (!isDouble || outcome === 'two-active'),
    )
  const news = bad.filter(
    ({ failures, outcome }) =>
      !failures.some((failure) => isBadAlone(failure, outcome === 'two-active')),
  )
  const worstFirst = [...singles, ...pairs]
    .filter(({ outcome }) => outcome === 'two-active')
    .toSorted((a, b) => a.failures.length - b.failures.length || a.trace.length - b.trace.length)
  const ofPairs = say('verdict-pairs', {
    all: pairs.length,
    survived: count('survived'),
    stops: count('stops'),
    two: count('two-active'),
  })
  return [
    sentence(say('verdict-singles')),
    ...singles.flatMap(rowOf),
    '',
    ...wrapped(sentence(ofPairs), shell.columns),
    ...news.flatMap(rowOf),
    ...worstFirst.slice(0, tracesMax).flatMap((trial) => [
      '',
      ...wrapped(sentence(say('verdict-trace', { failures: what(trial.failures) })), shell.columns),
      ...trial.trace.slice(0, traceLinesMax).flatMap(({ afterMs, server, message }) => {
        const seconds = (afterMs / 1000).toFixed(1).padStart(6)
        return hanging(`${seconds} s  ${server}  `, sentence(message), shell.columns)
      }),
    ]),
  ]
}

const mark: Readonly<Record<Outcome, string>> = { survived: '●', stops: '▲', 'two-active': '✖' }

function wordOf(outcome: Outcome): Message {
  switch (outcome) {
    case 'survived':
      return say('verdict-survived')
    case 'stops':
      return say('verdict-stops')
    case 'two-active':
      return say('verdict-two-active')
  }
}

function nameOf(failure: string): Message {
  switch (failure) {
    case 'links':
      return say('verdict-lose-links')
    case 'arbiter':
      return say('verdict-lose-arbiter')
    case 'disk':
      return say('verdict-lose-disk')
    default:
      return failure.endsWith('~')
        ? say('verdict-lose-hang', { server: failure.slice(0, -1) })
        : say('verdict-lose', { name: failure })
  }
}
