/** Numbers as people read them, the same on a terminal and on a page. */

export const verdictWords = {
  ok: 'well: nothing wrong, every threshold met',
  missed: 'a threshold was missed; nothing wrong',
  wrong: 'WRONG: promises were broken',
} as const

/** Times that have a name for people, in the order in which they are told. */
export const timeNames: Readonly<Record<string, string>> = {
  ack: 'answer',
  'gift.ack': 'answer to a gift',
  'gift.seen': 'gift seen by a witness',
  'danmaku.seen': 'line seen by a witness',
  'fanout.must': 'numbered event to viewers',
  'fanout.should': 'line to viewers',
  'fanout.may': 'aggregate to viewers',
  join: 'join',
  'like.ack': 'answer to a like',
  'danmaku.ack': 'answer to a line',
  'side.ack': 'answer in the other room',
  'flv.first': 'first picture',
  lateness: 'lateness of the harness',
}

/** 12345 is 12,345. */
export function amount(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** A value in its unit: `ms`, `MB`, `share` (of 1), or none. */
export function figure(value: number, unit: string): string {
  if (!Number.isFinite(value)) return '–'
  if (unit === 'share') return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`
  if (unit === 'ms' && value >= 10_000) return `${(value / 1_000).toFixed(1)} s`
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2
  const text = value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return unit ? `${text} ${unit}` : text
}
