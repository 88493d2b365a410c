import { expect, test } from 'vitest'
import { execWords } from './exec-words.ts'

test.each([
  ['exec SERVER1 -- ls -l', { dir: '.lab', where: 'SERVER1', command: ['ls', '-l'] }],
  [
    'exec --dir /d client -- a --dir b',
    { dir: '/d', where: 'client', command: ['a', '--dir', 'b'] },
  ],
  ['exec SERVER1 --dir=/d -- a -- b', { dir: '/d', where: 'SERVER1', command: ['a', '--', 'b'] }],
  ['exec SERVER1 ls', null],
  ['exec --help', null],
  ['exec --unknown SERVER1 -- ls', null],
  ['exec SERVER1 SERVER2 -- ls', null],
  ['exec SERVER1 --', null],
  ['status --json', null],
])('%s', (line, expected) => {
  expect(execWords(line.split(' '))).toEqual(expected)
})
