/** Account names: what may be one, and which two are taken for the same. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import { accountLimits } from './accounts.protocol.ts'

export interface UserName {
  /** As it is shown. */
  readonly name: string
  /** Equal for names that people take for the same. */
  readonly key: string
}

const form = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_]*$/u
const east =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Bopomofo}|\p{Script=Hangul}/u
const scripts = [
  /\p{Script=Latin}/u,
  east,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Devanagari}/u,
  /\p{Script=Thai}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Georgian}/u,
]

// Letters of other scripts that look like Latin ones in most fonts (a selection of Unicode TR39).
const twins: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    a: 'аα',
    b: 'ь',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еє',
    g: 'ɡ',
    h: 'һ',
    i: 'іɩιı',
    j: 'јϳ',
    k: 'кκ',
    l: 'ӏ',
    m: 'м',
    n: 'ոп',
    o: 'оοօ',
    p: 'рρ',
    q: 'ԛ',
    r: 'г',
    s: 'ѕ',
    t: 'тτ',
    u: 'υս',
    v: 'ѵν',
    w: 'ԝω',
    x: 'хχ',
    y: 'уγ',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin])),
)

const reserved = new Set(
  ['admin', 'administrator', 'moderator', 'system', 'root', 'support', 'official', 'plaza', 'staff']
    .concat(['guest', 'security', 'null', 'undefined', 'everyone', 'here'])
    .concat(['管理员', '系统', '官方', '客服', '超级管理员', '广场']),
)

/**
 * The account name that was typed. Throws `invalid`, or `name.taken` for a name that only staff may
 * have (with `staff`, it may).
 */
export function parseUserName(text: string, options: { staff?: boolean } = {}): UserName {
  const name = text.normalize('NFKC')
  const length = [...name].length
  const { min, max } = accountLimits.name
  if (length < min || length > max || !form.test(name))
    throw invalid(
      `Choose a name of ${min} to ${max} letters, digits or _, starting with a letter or digit.`,
    )
  if (scriptCount(name) > 1 || /\p{M}{2}/u.test(name))
    throw invalid(
      'Choose a name in one script; Latin letters may stand beside Chinese, Japanese or Korean.',
    )
  const key = nameKey(name)
  if (!options.staff && reserved.has(key.replace(/[_\d]/g, '')))
    throw new RoomError('name.taken', 'This name is taken; choose another.', { retry: 'fix' })
  return { name, key }
}

/** The key of any text, for looking a name up. */
export function nameKey(text: string): string {
  const folded = text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
  return [...folded].map((letter) => twins[letter] ?? letter).join('')
}

// Latin beside East Asian scripts is ordinary writing and counts as one.
function scriptCount(name: string): number {
  const found = scripts.filter((script) => script.test(name))
  return found.length === 2 && found[0] === scripts[0] && found[1] === east ? 1 : found.length
}

function invalid(message: string): RoomError {
  return new RoomError('invalid', message, {
    retry: 'fix',
    data: { issues: [{ path: 'body.name', message }] },
  })
}
