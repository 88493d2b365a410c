/** Sizes as people type them: `512M`, `2G`, `1T`, or a number of bytes. Powers of 1024. */
import { WrongUsage } from './wrong-usage.ts'

const powers = ['', 'K', 'M', 'G', 'T']

/** `64M` -> 67108864. */
export function bytesOf(text: string): number {
  const match = /^(\d{1,15})(?:([KMGT])(?:iB)?)?$/.exec(text)
  const bytes = Number(match?.[1] ?? 0) * 1024 ** powers.indexOf(match?.[2] ?? '')
  if (match !== null && bytes > 0 && Number.isSafeInteger(bytes)) return bytes
  throw new WrongUsage(`${text} is not a size such as 512M, 2G, 1T, or a number of bytes.`)
}
