/** A number of bytes as people read it. */
import { useSpeech } from './speech.ts'

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

function sizeOf(bytes: number, locale: string): string {
  let size = Math.max(0, bytes)
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1
  const text = size.toLocaleString(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return `${text} ${units[unit] ?? ''}`
}

export function Sized({ bytes }: { readonly bytes: number }) {
  const { locale } = useSpeech()
  return <span>{sizeOf(bytes, locale)}</span>
}
