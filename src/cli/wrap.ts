/**
 * Breaks a sentence into lines of at most so many columns. Latin words stay whole; Japanese breaks
 * anywhere, except that closing marks never start a line and opening marks never end one (kinsoku).
 */
import { widthOf } from './shell.ts'

const neverFirst =
  /^[、。，．・：；？！ー）」』】〉》〕］｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々…,.:;?!)\]}%]/u
const neverLast = /[（「『【〈《〔［｛([{]$/u

export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of unbreakable(text)) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > columns) {
      lines.push(line.trimEnd())
      line = ''
    }
    if (line === '' && widthOf(piece.trimEnd()) > columns) {
      const cut = cutAt(piece, columns)
      lines.push(...cut.slice(0, -1))
      line = cut.at(-1) ?? ''
    } else {
      line += line === '' ? piece.trimStart() : piece
    }
  }
  if (line.trimEnd() !== '' || lines.length === 0) lines.push(line.trimEnd())
  return lines
}

/** The same after a prefix; further lines begin below the first one's text. */
export function hanging(prefix: string, text: string, columns: number): string[] {
  const indent = widthOf(prefix)
  const lines = wrapped(text, Math.max(20, columns - indent))
  return lines.map((line, index) => (index === 0 ? prefix : ' '.repeat(indent)) + line)
}

/** Pieces between which a line may end: words with their following space, or single characters. */
function unbreakable(text: string): string[] {
  const pieces: string[] = []
  for (const [piece] of text.matchAll(/[\u0021-\u02ff]+ *|[^\u0021-\u02ff] */gu)) {
    const before = pieces.at(-1)
    const sticks = before !== undefined && (neverFirst.test(piece) || neverLast.test(before))
    if (sticks && !before.endsWith(' ')) pieces[pieces.length - 1] = before + piece
    else pieces.push(piece)
  }
  return pieces
}

function cutAt(word: string, columns: number): string[] {
  const lines = ['']
  for (const character of word) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && widthOf(line + character) > columns) lines.push(character)
    else lines[lines.length - 1] = line + character
  }
  return lines
}
