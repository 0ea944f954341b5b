/** Array parameters as literals: several times faster than pg's own for the thousands a flush has. */

const plain = /^[A-Za-z0-9_.:-]+$/

/** For `$n::text[]`, `::uuid[]`, `::timestamptz[]`. */
export function texts(items: readonly (string | null | undefined)[]): string {
  let literal = '{'
  for (let index = 0; index < items.length; index++) {
    if (index) literal += ','
    const item = items[index]
    if (item === null || item === undefined) literal += 'NULL'
    // Quoted even when plain, because NULL unquoted is the null.
    else literal += plain.test(item) ? `"${item}"` : quoted(item)
  }
  return `${literal}}`
}

/** For `$n::bigint[]`, `::int[]`. Throws RangeError for what is not a safe integer. */
export function integers(items: readonly number[]): string {
  for (const item of items)
    if (!Number.isSafeInteger(item)) throw new RangeError(`${item} is not a safe integer`)
  return `{${items.join(',')}}`
}

function quoted(item: string): string {
  return `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
