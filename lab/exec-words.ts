/** The words of `lab exec [--dir DIR] WHERE -- COMMAND…`, read without any library. */

export interface ExecWords {
  readonly dir: string
  readonly where: string
  readonly command: readonly string[]
}

/** Null when it is another command, or not quite this form: then commander reads it and explains. */
export function execWords(words: readonly string[]): ExecWords | null {
  const [verb, ...rest] = words
  const divider = rest.indexOf('--')
  if (verb !== 'exec' || divider < 0) return null
  let dir = '.lab'
  const places: string[] = []
  for (let at = 0; at < divider; at += 1) {
    const word = rest[at] ?? ''
    if (word.startsWith('--dir=')) dir = word.slice('--dir='.length)
    else if (word === '--dir' && at + 1 < divider) {
      at += 1
      dir = rest[at] ?? ''
    } else if (word.startsWith('-')) return null
    else places.push(word)
  }
  const [where] = places
  const command = rest.slice(divider + 1)
  if (where === undefined || places.length > 1 || command.length === 0 || dir === '') return null
  return { dir, where, command }
}
