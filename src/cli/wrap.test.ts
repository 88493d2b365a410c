import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { widthOf } from './shell.ts'
import { wrapped } from './wrap.ts'

test.each([
  ['Group Apache runs on SERVER1.', 12, ['Group Apache', 'runs on', 'SERVER1.']],
  ['グループを引き継ぎます。', 10, ['グループを', '引き継ぎま', 'す。']],
  ['これは長い文、です', 12, ['これは長い', '文、です']],
  ['これは（長い）文', 8, ['これは', '（長い）', '文']],
  ['サーバー', 6, ['サー', 'バー']],
  ['SERVER1 が停止しました', 12, ['SERVER1 が停', '止しました']],
  ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
  ['', 10, ['']],
])('%s in %d columns', (text, columns, lines) => {
  expect(wrapped(text, columns)).toEqual(lines)
})

test('nothing is lost, no line is too long, none starts with a closing mark', () => {
  const letters = fc.constantFrom(...Array.from('あ漢ー。、）」（「ab1 .-'))
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 80 }), (characters) => {
      const text = characters.join('').replaceAll(/([。、）」（「ー.-])+/g, '$1')
      const lines = wrapped(text, 20)
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
      expect(lines.filter((line) => widthOf(line) > 20)).toEqual([])
    }),
  )
})
