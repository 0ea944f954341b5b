/** Reads one value of a query without parsing all of it. */

/** The first value of `name`; empty where it is not there. Values are taken as they are, not percent-decoded. */
export function queryValue(query: string, name: string): string {
  let at = 0
  for (;;) {
    const end = query.indexOf('&', at)
    if (query.startsWith(name, at) && query[at + name.length] === '=') {
      return query.slice(at + name.length + 1, end < 0 ? undefined : end)
    }
    if (end < 0) return ''
    at = end + 1
  }
}
