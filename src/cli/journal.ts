/**
 * `kagami journal export FILE`: what the decision maker of this server was told and has decided, as one
 * file, which `npm run sim -- --replay FILE` plays again.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { say } from '../messages/catalogue.ts'
import { tellDone } from './order.ts'
import { complain, exitCode, type ExitCode, type Shell } from './shell.ts'

const journal = '/var/log/kagami/journal.jsonl.gz'

export function exportJournal(shell: Shell, file: string): ExitCode {
  // The older part first; each is whole by itself.
  const parts = [`${journal}.1`, journal].filter((part) => existsSync(part))
  if (parts.length === 0) {
    complain(shell, say('journal-missing', { path: journal }))
    return exitCode.failed
  }
  try {
    rmSync(file, { force: true })
    writeFileSync(file, '', { mode: 0o600 })
    for (const part of parts) appendFileSync(file, readFileSync(part))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    complain(shell, say('journal-not-written', { path: file, reason }))
    return exitCode.failed
  }
  tellDone(shell, say('journal-exported', { path: file }))
  return exitCode.ok
}
