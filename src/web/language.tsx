/** Which language the page speaks, and its words. */
import { createContext, useContext } from 'react'
import type { Language } from '../messages/message.ts'
import { wordsOf, type Words } from './words.ts'

export const SpokenLanguage = createContext<Language>('en')

export interface Wording {
  readonly language: Language
  /** Of numbers and times. */
  readonly locale: string
  readonly words: Words
}

export function useWords(): Wording {
  const language = useContext(SpokenLanguage)
  return { language, locale: localeOf(language), words: wordsOf(language) }
}

const localeOf = (language: Language): string => (language === 'ja' ? 'ja-JP' : 'en-GB')

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
