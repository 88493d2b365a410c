/** The completion as bash runs it. */
import { execFileSync } from 'node:child_process'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { otherLosses } from '../verdict.ts'
import { commands } from './commands.ts'
import { completionOf, lostByKind } from './completion.ts'

const program = commands('en', () => undefined)
const script = completionOf(program)
const root = new URL('../..', import.meta.url).pathname

function complete(...typed: readonly string[]): string[] {
  const words = typed.map((word) => `'${word}'`).join(' ')
  const ask = `${script}\nCOMP_WORDS=(kagami ${words}); COMP_CWORD=${typed.length}; _kagami; printf '%s\\n' "\${COMPREPLY[@]}"`
  const said = execFileSync('bash', ['-c', ask], { encoding: 'utf8', cwd: root })
  return said.split('\n').filter((line) => line !== '')
}

test.each([
  [['sta'], ['status']],
  [['group', 'm'], ['move']],
  [['--lang', 'ja', 'group', 'mo'], ['move']],
  [['--lang', '=', 'ja', 'group', 'mo'], ['move']],
  [['--json', 'mirror', '--disk', 'NMP1', 'snapshot', 'sto'], ['stop']],
  [['group', 'move', 'Apache', '--t'], ['--to']],
  [['group', 'move', 'Apache', '--to', 'SERVER2', '--no'], ['--no-wait']],
  [
    ['--lang', ''],
    ['ja', 'en'],
  ],
  [
    ['--lang', '='],
    ['ja', 'en'],
  ],
  [['--lang', '=', 'j'], ['ja']],
  [
    ['user', 'add', 'night', '--role', ''],
    ['operator', 'viewer'],
  ],
  [
    ['log', '--severity', ''],
    ['error', 'warning', 'info'],
  ],
  [['log', '-n', '5', '--severity', 'w'], ['warning']],
  [
    ['what-if', '--lose', ''],
    ['links', 'arbiter', 'disk'],
  ],
  [['what-if', '--lose', 'SERVER1', 'a'], ['arbiter']],
  [['what-if', '--lose', 'SERVER1', '--js'], ['--json']],
  [['group', 'move', 'Apache', '--to', ''], []],
  [['config', 'check', 'LIC'], ['LICENSE']],
  [['config', 'verdict', 'examples/apache-h'], ['examples/apache-howto']],
  [['journal', 'export', 'LIC'], ['LICENSE']],
  [['--socket', 'LIC'], ['LICENSE']],
  [['mirror', 'snapshot', 'start', '--space', 'LIC'], ['LICENSE']],
  [['status', 'LIC'], []],
])('%j', (typed, expected) => {
  expect(complete(...typed)).toEqual(expected)
})

test('options where nothing else can stand, those of the whole command too', () => {
  expect(complete('group', 'move', 'Apache', '')).toEqual(
    expect.arrayContaining(['--to', '--no-wait', '--json', '--lang', '--help']),
  )
  expect(complete('mirror', 'recover', '--')).toContain('--disk')
  expect(complete('mirror', 'snapshot', '')).toEqual(['start', 'stop'])
  expect(complete('config', 'check', '--')).toContain('--json')
})

test('an option takes a value everywhere or nowhere, and the same ones', () => {
  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)]
  const found = new Map<string, Set<string>>()
  for (const option of all(program).flatMap((command) => command.options)) {
    const { long, required, optional, variadic, argChoices } = option
    const kind = JSON.stringify([required || optional, variadic, argChoices])
    found.set(long ?? '', (found.get(long ?? '') ?? new Set()).add(kind))
  }
  expect([...found].filter(([, kinds]) => kinds.size > 1)).toEqual([])
})

test('what can be lost is what what-if knows', () => {
  expect(lostByKind).toEqual(otherLosses)
})
