/**
 * What a message is, and how it becomes a sentence.
 *
 * Code never holds a sentence: it holds a message (`{ id, args }`), which travels in effects,
 * events, logs and the API, and is turned into Japanese or English where a person reads it.
 */

export type Language = 'ja' | 'en'
export type Severity = 'info' | 'warning' | 'error'

/** One catalogue entry. `{name}` in a text is replaced by the argument of that name. */
export interface MessageEntry {
  /** Unique over the whole catalogue, shown as `KG` and four digits. */
  readonly number: number
  readonly severity: Severity
  readonly ja: string
  readonly en: string
  /** Why this happens, and what to do. Needed for warnings and errors; a test checks it. */
  readonly cause?: { readonly ja: string; readonly en: string }
  readonly action?: { readonly ja: string; readonly en: string }
}

export type Args = Readonly<Record<string, string | number>>

/** The names in braces of a text, as a type: `'{a} of {b}'` gives `'a' | 'b'`. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never

export type ArgsOf<Text extends string> = { readonly [Name in Names<Text>]: string | number }
