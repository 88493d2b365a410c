/**
 * Who may use the Manager and the API from another machine: `kagami user list|add|remove`, `kagami token
 * list|add|remove`. A password is read from the terminal without being shown, or from standard input; never
 * from the command line, which every process can see.
 */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { AccountList, ActionResult } from '../api.ts'
import { say } from '../messages/catalogue.ts'
import { ask, fetchFrom } from './client.ts'
import type { helpOf } from './help.ts'
import { giveOrder, told } from './order.ts'
import {
  complain,
  exitCode,
  padded,
  sentenceOf,
  widest,
  type ExitCode,
  type Shell,
} from './shell.ts'
import { typed } from './secret.ts'
import { timeText, withTexts } from './texts.ts'

interface Where {
  readonly help: ReturnType<typeof helpOf>
  readonly shell: () => Shell
  readonly finish: (code: ExitCode) => void
  readonly add: (parent: Command, usage: string, text: string) => Command
}

/** One day to ten years. */
function dayCount(text: string): number {
  const days = Number(text)
  if (!/^\d{1,4}$/.test(text) || days < 1 || days > 3650) throw new InvalidArgumentError('1–3650')
  return days
}

type Role = AccountList['users'][number]['role']

export function addAccessCommands(program: Command, where: Where): void {
  const { help, shell, finish, add } = where
  const role = (): Option => new Option('--role <ROLE>', help.role).choices(['operator', 'viewer'])
  const user = add(program, 'user', help.user)
  const token = add(program, 'token', help.token)
  for (const [parent, kind] of [
    [user, 'users'],
    [token, 'tokens'],
  ] as const) {
    add(parent, 'list', help.listAccounts).action(async () => finish(await list(shell(), kind)))
    add(parent, 'remove <NAME>', help.removeAccount).action(async (name: string) =>
      finish(await remove(shell(), `/api/v1/${kind}/${encodeURIComponent(name)}`)),
    )
  }
  add(user, 'add <NAME>', help.addUser)
    .addOption(role())
    .action(async (name: string, options: { readonly role?: Role }) =>
      finish(await addUser(shell(), { name, ...options })),
    )
  add(token, 'add <NAME>', help.addToken)
    .addOption(role().default('viewer'))
    .option('--days <NUMBER>', help.days, dayCount, 365)
    .action(async (name: string, options: { readonly role: Role; readonly days: number }) =>
      finish(await addToken(shell(), { name, ...options })),
    )
}

const nothing = { users: 'users-none', tokens: 'tokens-none' } as const

async function list(shell: Shell, kind: keyof AccountList): Promise<ExitCode> {
  const answer = await fetchFrom(shell.socket, '/api/v1/accounts')
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  const accounts = (answer.body as AccountList)[kind]
  if (shell.json) {
    shell.write(`${JSON.stringify(withTexts(accounts, shell.language), null, 2)}\n`)
    return exitCode.ok
  }
  // On standard error: a list for other programs stays one.
  if (accounts.length === 0) {
    shell.writeError(`${sentenceOf(say(nothing[kind]), shell.language)}\n`)
  }
  const width = widest(accounts.map(({ name }) => name))
  for (const each of accounts) {
    const until = 'expiresAt' in each ? `  ${timeText(each.expiresAt)}` : ''
    shell.write(`${padded(each.name, width)}  ${padded(each.role, 8)}${until}\n`)
  }
  return exitCode.ok
}

async function remove(shell: Shell, path: string): Promise<ExitCode> {
  const given = told(shell, await ask(shell.socket, { method: 'DELETE', path }))
  return 'ended' in given ? given.ended : exitCode.ok
}

async function addUser(
  shell: Shell,
  user: { readonly name: string; readonly role?: Role },
): Promise<ExitCode> {
  const password = await secretFrom(shell, user.name)
  if (password === null) return exitCode.failed
  const given = await giveOrder(shell, '/api/v1/users', { ...user, password })
  return 'ended' in given ? given.ended : exitCode.ok
}

async function addToken(
  shell: Shell,
  token: { readonly name: string; readonly role: Role; readonly days: number },
): Promise<ExitCode> {
  const path = '/api/v1/tokens'
  const answer = await ask(shell.socket, { method: 'POST', path, body: token })
  // The token alone goes to standard output, for a program that keeps it.
  const quiet = { ...shell, json: false, write: shell.writeError }
  const isMade = answer.ok && (answer.body as Partial<ActionResult>).accepted === true
  const given = told(isMade ? quiet : shell, answer)
  if ('ended' in given) return given.ended
  const { token: secret } = (answer.ok ? answer.body : {}) as { readonly token?: string }
  shell.write(`${shell.json ? JSON.stringify({ token: secret }) : (secret ?? '')}\n`)
  return exitCode.ok
}

/** null: it was given up, or typed differently the second time; that was said. */
async function secretFrom(shell: Shell, user: string): Promise<string | null> {
  if (!process.stdin.isTTY) return firstLine()
  const first = await typed(shell, say('password-wanted', { user }))
  const second = first === null ? null : await typed(shell, say('password-again'))
  if (first !== null && first === second) return first
  if (second !== null) complain(shell, say('passwords-differ'))
  return null
}

async function firstLine(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk)
    if (text.includes('\n')) break
  }
  return text.split('\n')[0] ?? ''
}
