/** How Postgres types become JavaScript values: the same on PGlite and on a server. */

import pg from 'pg'

const { builtins } = pg.types

/** The bigint as a number. Throws RangeError when a number cannot hold it exactly. */
export function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} exceeds a safe integer`)
  return value
}

const int8Array = 1016
const dateArray = 1182
const textArray = pg.types.getTypeParser(1009 as never)

const own = new Map<number, (text: string) => unknown>([
  [builtins.INT8, parseInt8],
  [int8Array, (text) => textArray(text).map((item: string | null) => item && parseInt8(item))],
  [builtins.DATE, (text) => text],
  [dateArray, (text) => textArray(text)],
])

/** For `types` of a pg client. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    own.get(oid) ?? pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
}
