/** Which language the page speaks, and its words and sentences. */
import { createContext, useContext } from 'react'
import { render, renderAction, renderCause, type Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'
import { wordsOf, type Words } from './words.ts'

export const SpokenLanguage = createContext<Language>('en')

export interface Speech {
  readonly language: Language
  /** Of numbers and times. */
  readonly locale: string
  readonly words: Words
  sentence(message: Message): string
  /** null: it is not known. */
  cause(message: Message): string | null
  /** What to do about it; null: nothing. */
  action(message: Message): string | null
}

export function useSpeech(): Speech {
  const language = useContext(SpokenLanguage)
  return {
    language,
    locale: localeOf(language),
    words: wordsOf(language),
    sentence: (message) => render(message, language),
    cause: (message) => renderCause(message, language),
    action: (message) => renderAction(message, language),
  }
}

export const localeOf = (language: Language): string => (language === 'ja' ? 'ja-JP' : 'en-GB')

const key = 'kagami-language'

export function firstLanguage(): Language {
  const kept = localStorage.getItem(key)
  if (kept === 'ja' || kept === 'en') return kept
  return navigator.language.startsWith('ja') ? 'ja' : 'en'
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(key, language)
  document.documentElement.lang = language
}
