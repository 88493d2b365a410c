/** A state as colour, shape and word: whoever cannot tell the colours apart sees the shape. */
import type { Health } from '../api.ts'
import { useSpeech } from './speech.ts'

const shapes: Readonly<Record<Health, string>> = {
  green: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z',
  yellow: 'M8 1l7.5 13.5h-15z',
  red: 'M3 1L8 6l5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5-5-5z',
  gray: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm0 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z',
}

/** `word`: instead of the colour's own. */
export function Mark({ health, word }: { readonly health: Health; readonly word?: string }) {
  const { words } = useSpeech()
  return (
    <span className={`mark ${health}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={shapes[health]} />
      </svg>
      <span>{word ?? words.health[health]}</span>
    </span>
  )
}
