import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commands } from './commands.ts'
import { helpOf } from './help.ts'
import { manualOf } from './manual.ts'

const titles = {
  en: {
    ...{ name: 'NAME', synopsis: 'SYNOPSIS' },
    ...{ options: 'OPTIONS', commands: 'COMMANDS', programs: 'FOR PROGRAMS', exit: 'EXIT STATUS' },
  },
  ja: {
    ...{ name: '名前', synopsis: '書式' },
    ...{
      options: 'オプション',
      commands: 'コマンド',
      programs: 'プログラムからの利用',
      exit: '終了コード',
    },
  },
} as const

describe.each(['en', 'ja'] as const)('%s', (language) => {
  const program = commands(language, () => undefined)
  const help = helpOf(language)

  test('the manual page is made of the commands (UPDATE=1 writes it)', () => {
    const page = manualOf(program, {
      titles: titles[language],
      about: help.program,
      programs: help.programs,
      after: help.after,
    })
    const file = new URL(`../../docs/man/kagami.${language}.1`, import.meta.url)
    if (process.env['UPDATE'] === '1') writeFileSync(file, page)
    expect(readFileSync(file, 'utf8')).toBe(page)
  })
})
