/** Numbers, coins and times as people of the chosen language write them. */

const compact = new Map<string, Intl.NumberFormat>()
const plain = new Map<string, Intl.NumberFormat>()

/** 12,345 → 1.2万 or 12K; below 10,000 in full. */
export function shortNumber(value: number, language: string): string {
  if (Math.abs(value) < 10_000) return fullNumber(value, language)
  let format = compact.get(language)
  if (!format) {
    format = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
    compact.set(language, format)
  }
  return format.format(value)
}

/** Every digit, grouped. */
export function fullNumber(value: number, language: string): string {
  let format = plain.get(language)
  if (!format) {
    format = new Intl.NumberFormat(language)
    plain.set(language, format)
  }
  return format.format(value)
}

/** Cents of CNY as ¥1,234.50. */
export function money(cents: number, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'CNY',
    currencyDisplay: 'narrowSymbol',
  }).format(cents / 100)
}

/** Milliseconds as 00:12:34; under an hour as 12:34 when `short`. */
export function clock(ms: number, short = false): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const part = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const rest = `${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`
  return short && hours === 0 ? rest : `${part(hours)}:${rest}`
}

/** A point in time as "3 minutes ago" or a date when older than a week. */
export function ago(at: number | string | Date, language: string, now = Date.now()): string {
  const time = new Date(at).getTime()
  const seconds = Math.round((time - now) / 1000)
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  if (seconds > -60) return format.format(Math.min(0, seconds), 'second')
  if (seconds > -3600) return format.format(Math.round(seconds / 60), 'minute')
  if (seconds > -86_400) return format.format(Math.round(seconds / 3600), 'hour')
  if (seconds > -7 * 86_400) return format.format(Math.round(seconds / 86_400), 'day')
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(time)
}

/** Date and time of day. */
export function dateTime(at: number | string | Date, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(at),
  )
}
