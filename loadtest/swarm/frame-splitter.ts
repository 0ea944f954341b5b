/** Finds the WebSocket frames of a server (RFC 6455) in what a socket reads, without copying them. */

export interface FrameSink {
  /** `bytes` from `start` to `end` is the payload; it is valid during the call only. */
  frame(opcode: number, bytes: Buffer, start: number, end: number): void
}

export class FrameSplitter {
  /** The beginning of a frame whose end has not come yet. */
  #rest: Buffer | undefined

  /** Takes the next bytes of the stream. Throws where they are masked or a fragment. */
  push(bytes: Buffer, from: number, to: number, sink: FrameSink): void {
    if (this.#rest) {
      const whole = Buffer.concat([this.#rest, bytes.subarray(from, to)])
      this.#rest = undefined
      return this.push(whole, 0, whole.length, sink)
    }
    let at = from
    while (to - at >= 2) {
      const first = bytes[at]!
      let length = bytes[at + 1]!
      let head = 2
      if (length > 125) {
        head = length === 126 ? 4 : 10
        if (to - at < head) break
        // A frame of 4 GiB does not come: the upper half of the long form is zero.
        length = head === 4 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6)
      }
      if ((first & 0xf0) !== 0x80 || bytes[at + 1]! > 127)
        throw new Error(`a frame that no Plaza server sends: 0x${first.toString(16)}`)
      const end = at + head + length
      if (end > to) break
      sink.frame(first & 0x0f, bytes, at + head, end)
      at = end
    }
    if (at < to) this.#rest = Buffer.from(bytes.subarray(at, to))
  }
}
