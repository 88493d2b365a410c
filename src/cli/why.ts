/** `kagami why [GROUP]`: why things are as they are, each sentence with the age of what it states. */
import type { Explanation } from '../api.ts'
import { say } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'
import { ask } from './client.ts'
import { complain, exitCode, sentenceOf, type ExitCode, type Shell } from './shell.ts'
import { withTexts } from './texts.ts'
import { wrapped } from './wrap.ts'

export interface WhyOptions {
  readonly group: string | null
}

export async function showWhy(shell: Shell, { group }: WhyOptions): Promise<ExitCode> {
  const query = group === null ? '' : `?group=${encodeURIComponent(group)}`
  const answer = await ask(shell.socket, { method: 'GET', path: `/api/v1/why${query}` })
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  const { reasons } = answer.body as Partial<Explanation>
  if (answer.status === 404 && group !== null) {
    complain(shell, say('group-unknown', { group }))
    return exitCode.failed
  }
  if (answer.status !== 200 || reasons === undefined) {
    complain(shell, say('daemon-odd-answer', { status: answer.status }))
    return exitCode.unreachable
  }
  if (shell.json) {
    shell.write(`${JSON.stringify(withTexts(answer.body, shell.language), null, 2)}\n`)
    return exitCode.ok
  }
  for (const { message, agoMs } of reasons) {
    const age = agoMs === null ? '' : ` ${agoText(agoMs, shell.language)}`
    const text = `${sentenceOf(message, shell.language)}${age}`
    for (const line of wrapped(text, shell.columns)) shell.write(`${line}\n`)
  }
  return exitCode.ok
}

const units = [
  { ms: 86_400_000, ja: '日', en: 'd' },
  { ms: 3_600_000, ja: '時間', en: 'h' },
  { ms: 60_000, ja: '分', en: 'min' },
  { ms: 1000, ja: '秒', en: 's' },
] as const

/** `(4 s ago)`: the largest whole unit; below ten seconds with a tenth. */
function agoText(ms: number, language: Language): string {
  const unit = units.find((each) => ms >= each.ms) ?? units[3]
  const amount = ms < 10_000 ? (ms / 1000).toFixed(1) : String(Math.floor(ms / unit.ms))
  const name = ms < 10_000 ? units[3][language] : unit[language]
  return language === 'ja' ? `（${amount} ${name}前）` : `(${amount} ${name} ago)`
}
