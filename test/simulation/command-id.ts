/** Command ids without chance. */

/** A UUIDv7 of `time` (ms since 1970), different for each maker and number. */
export function idAt(time: number, maker: string, number: number): string {
  const hex = time.toString(16).padStart(12, '0')
  let hash = 0
  for (let index = 0; index < maker.length; index += 1)
    hash = (Math.imul(hash, 31) + maker.charCodeAt(index)) >>> 0
  const rest = hash.toString(16).padStart(8, '0').slice(-8) + number.toString(16).padStart(4, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${rest}`
}
