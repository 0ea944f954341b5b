/** Reading the Postgres protocol as far as sharing a session needs it. */

/** A frame is a type byte and a length that counts itself. Start-up frames have no type byte. */
export interface WireFrame {
  readonly type: string
  readonly bytes: Buffer
}

/** Cuts a byte stream into whole frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)
  #started: boolean

  constructor(started: boolean) {
    this.#started = started
  }

  /** The frames that are complete now; the type of a start-up frame is `''`. */
  push(bytes: Uint8Array): WireFrame[] {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let rest = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk
    const frames: WireFrame[] = []
    for (;;) {
      const head = this.#started ? 1 : 0
      if (rest.length < head + 4) break
      const size = head + rest.readUInt32BE(head)
      if (rest.length < size) break
      frames.push({
        type: head ? String.fromCharCode(rest[0]!) : '',
        bytes: rest.subarray(0, size),
      })
      rest = rest.subarray(size)
      if (!head) this.#started = true
    }
    this.#rest = rest
    return frames
  }
}

/** What a server says when a session starts: no authentication, the settings clients look at, ready. */
export function greeting(serverVersion: string): Buffer {
  const settings = {
    server_version: serverVersion,
    client_encoding: 'UTF8',
    server_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
    TimeZone: 'UTC',
  }
  return Buffer.concat([
    frame('R', Buffer.from([0, 0, 0, 0])),
    ...Object.entries(settings).map(([name, value]) => frame('S', cstrings(name, value))),
    frame('K', Buffer.alloc(8)),
    frame('Z', Buffer.from('I')),
  ])
}

/** A fatal error: after it the server closes. */
export function fatal(code: string, message: string): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${code}`, `M${message}`]
  return frame('E', Buffer.concat([cstrings(...fields), Buffer.from([0])]))
}

export function queryFrame(text: string): Buffer {
  return frame('Q', cstrings(text))
}

/** Closes prepared statements by name; ends with a Sync. */
export function closeStatements(names: Iterable<string>): Buffer {
  const closes = [...names].map((name) =>
    frame('C', Buffer.concat([Buffer.from('S'), cstrings(name)])),
  )
  return Buffer.concat([...closes, frame('S', Buffer.alloc(0))])
}

/** The name in a Parse frame; empty for the unnamed statement. */
export function parsedName(bytes: Buffer): string {
  return bytes.toString('utf8', 5, bytes.indexOf(0, 5))
}

function frame(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

function cstrings(...texts: string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(''))
}
