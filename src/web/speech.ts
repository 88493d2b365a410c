/** The sentences of the catalogue, in the language that the page speaks. It is large: a login does without. */
import { render, renderAction, renderCause, type Message } from '../messages/catalogue.ts'
import { useWords, type Wording } from './language.tsx'

interface Speech extends Wording {
  sentence(message: Message): string
  /** null: it is not known. */
  cause(message: Message): string | null
  /** What to do about it; null: nothing. */
  action(message: Message): string | null
}

export function useSpeech(): Speech {
  const wording = useWords()
  const { language } = wording
  return {
    ...wording,
    sentence: (message) => render(message, language),
    cause: (message) => renderCause(message, language),
    action: (message) => renderAction(message, language),
  }
}

/** What is said of a refusal, and what to do about it. */
export function refusalIn(message: Message, language: Wording['language']): readonly string[] {
  const action = renderAction(message, language)
  return [render(message, language), ...(action === null ? [] : [action])]
}
