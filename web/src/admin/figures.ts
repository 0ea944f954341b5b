/** Sizes and spans of time, short. */

const units = ['B', 'KB', 'MB', 'GB', 'TB']

/** 1,234 → 1.2 KB. */
export function bytes(value: number, locale: string): string {
  const power = value < 1_000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3))
  const digits = power ? 1 : 0
  const number = (value / 1_000 ** power).toLocaleString(locale, { maximumFractionDigits: digits })
  return `${number} ${units[power]}`
}

/** The largest unit that fits: 40 s, 12 min, 5 h, 3 d. */
export function span(seconds: number, language: string): string {
  const [value, unit] =
    seconds < 100
      ? ([seconds, 'second'] as const)
      : seconds < 6_000
        ? ([seconds / 60, 'minute'] as const)
        : seconds < 172_800
          ? ([seconds / 3_600, 'hour'] as const)
          : ([seconds / 86_400, 'day'] as const)
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'narrow',
    maximumFractionDigits: 0,
  }).format(value)
}

/** Milliseconds, with a digit after the point where they are few. */
export function ms(value: number, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value)
}

/** Time of day with seconds. */
export function timeOfDay(at: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'medium', hourCycle: 'h23' }).format(at)
}
