/** What an input really says. */

/** The fields that have a value: the wire has no undefined, it would arrive as null. */
export function given(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}
