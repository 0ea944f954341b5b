/** WebSocket frames of clients (RFC 6455), read and written by hand. */

/** Finds the frames in what a client sends, unmasked. */
export class ClientFrames {
  readonly #take: (payload: Buffer) => void
  #rest = Buffer.alloc(0)

  constructor(take: (payload: Buffer) => void) {
    this.#take = take
  }

  push(bytes: Buffer): void {
    let data = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const short = (data[1] ?? 0) & 127
      const head = short === 126 ? 4 : short === 127 ? 10 : 2
      if (data.length < head + 4) break
      const length = head === 2 ? short : data.readUIntBE(head === 4 ? 2 : 6, head === 4 ? 2 : 4)
      const from = head + 4
      if (data.length < from + length) break
      const mask = data.subarray(head, from)
      this.#take(Buffer.from(data.subarray(from, from + length).map((b, i) => b ^ mask[i & 3]!)))
      data = data.subarray(from + length)
    }
    this.#rest = Buffer.from(data)
  }
}

/** A whole frame; that of a client is masked with zeros, which leaves the payload as it is. */
export function frameOf(payload: Uint8Array, masked: boolean, opcode = 2): Buffer {
  const { length } = payload
  const size = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const head = Buffer.alloc(2 + size + (masked ? 4 : 0))
  head[0] = 0x80 | opcode
  head[1] = (masked ? 0x80 : 0) | (size === 0 ? length : size === 2 ? 126 : 127)
  if (size === 2) head.writeUInt16BE(length, 2)
  else if (size === 8) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}
