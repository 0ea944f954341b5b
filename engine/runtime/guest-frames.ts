/** Frames that differ in a guest's id alone: one is encoded, the others are copies of it with another id. */

/** MessagePack's head of a text of fewer than 32 bytes is this and its length. */
const shortText = 0xa0
const shortId = /^\w{1,31}$/

interface Template {
  readonly bytes: Buffer
  /** Where the id stands, and how long it is. */
  readonly at: number
  readonly length: number
}

export class GuestFrames {
  readonly #templates = new Map<string, Template | undefined>()

  /** As `encode()`, which is called where no frame of the same `key` can be copied: it holds `id` once. */
  frame(key: string, id: string, encode: () => Uint8Array): Uint8Array {
    const template = this.#templates.get(key)
    if (template && template.length === id.length && shortId.test(id)) {
      const copy = Buffer.from(template.bytes)
      copy.write(id, template.at, 'latin1')
      return copy
    }
    const frame = encode()
    if (!this.#templates.has(key)) this.#templates.set(key, templateOf(frame, id))
    return frame
  }
}

/** Undefined where the id is not found, or in more than one place. */
function templateOf(frame: Uint8Array, id: string): Template | undefined {
  if (!shortId.test(id)) return undefined
  const bytes = Buffer.from(frame)
  const text = Buffer.from(String.fromCharCode(shortText | id.length) + id, 'latin1')
  const at = bytes.indexOf(text)
  if (at < 0 || bytes.includes(text, at + 1)) return undefined
  return { bytes, at: at + 1, length: id.length }
}
