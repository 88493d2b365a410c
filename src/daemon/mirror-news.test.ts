import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { say, type Message } from '../messages/catalogue.ts'
import { mirrorNews } from './mirror-news.ts'

const lineOf = (number: number) => ({
  number,
  atMs: 1000 * number,
  message: say('mirrord-alone', { mirror: 'NMP1', peer: `${number}` }),
})

test('each line once, also after a new start of the daemon; a new life of mirrord counts anew', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'kagami-news-')), 'run/told.json')
  const said: string[] = []
  const add = ({ args }: Message, at: Date): void => {
    said.push(String(args['peer']))
    expect(at.getTime()).toBe(1000 * Number(args['peer']))
  }
  const first = mirrorNews(file, add)
  first('NMP1', 'aa', [1, 2].map(lineOf))
  first('NMP1', 'aa', [lineOf(3)])
  const second = mirrorNews(file, add)
  second('NMP1', 'aa', [1, 2, 3, 4].map(lineOf))
  second('NMP2', 'aa', [lineOf(5)])
  second('NMP1', 'bb', [lineOf(1)])
  expect(said.join(' ')).toBe('1 2 3 4 5 1')
  // A mirrord of another version says what is not known here.
  const odd = { id: 'mirrord-of-tomorrow', args: {} } as unknown as Message
  second('NMP1', 'bb', [{ number: 2, atMs: 0, message: odd }])
  writeFileSync(file, 'torn')
  mirrorNews(file, add)('NMP1', 'bb', [lineOf(1)])
  writeFileSync(file, 'null')
  mirrorNews(file, add)('NMP1', 'bb', [lineOf(1)])
  expect(said).toHaveLength(8)
})
