/** Days of spending limits, in one time zone for everybody. */

/** The local day of a time as `YYYY-MM-DD`. Throws RangeError for an unknown IANA zone. */
export function dayIn(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  return (at) => format.format(at)
}
