/** A small stable number of a text, for colours of people and covers. Not for security. */
export function hash(text: string): number {
  let value = 2166136261
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 16777619)
  }
  return value >>> 0
}
