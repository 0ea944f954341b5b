/** Lets many connections share one session, as a transaction pooler does. */

import {
  FrameReader,
  closeStatements,
  fatal,
  greeting,
  parsedName,
  queryFrame,
  type WireFrame,
} from './frames.ts'

export interface SharingOptions {
  /** Runs whole request groups, each ending with Sync or Query, and gives what the session says. */
  readonly exec: (bytes: Uint8Array) => Promise<Uint8Array>
  readonly send: (connection: string, bytes: Uint8Array) => void
  /** The connection is over, from this side. */
  readonly end: (connection: string) => void
  readonly serverVersion: string
  /** Milliseconds a transaction may stay idle while others wait; then it is rolled back. */
  readonly idleMs?: number
}

interface Connection {
  readonly id: string
  readonly reader: FrameReader
  /** Frames since the last Sync: an incomplete group. */
  group: Buffer[]
  /** Complete groups. */
  ready: Buffer[]
  readonly statements: Set<string>
}

/**
 * While a connection is in a transaction the session is its own; the others wait in the order in
 * which they asked. A connection that goes away inside a transaction is rolled back. Settings of a
 * session are shared: use SET LOCAL. Notifications go to every connection. COPY is not supported.
 */
export class SessionSharing {
  readonly #options: SharingOptions
  readonly #connections = new Map<string, Connection>()
  readonly #queue = new Set<Connection>()
  #holder: Connection | undefined
  #leavers: Connection[] = []
  #idle: NodeJS.Timeout | undefined
  #running = false

  constructor(options: SharingOptions) {
    this.#options = options
  }

  open(id: string): void {
    const reader = new FrameReader(false)
    this.#connections.set(id, { id, reader, group: [], ready: [], statements: new Set() })
  }

  data(id: string, bytes: Uint8Array): void {
    const connection = this.#connections.get(id)
    if (!connection) return
    for (const frame of connection.reader.push(bytes)) this.#frame(connection, frame)
    if (connection.ready.length) {
      this.#queue.add(connection)
      void this.#run()
    }
  }

  close(id: string): void {
    const connection = this.#connections.get(id)
    if (!connection) return
    this.#connections.delete(id)
    this.#queue.delete(connection)
    this.#leavers.push(connection)
    void this.#run()
  }

  #frame(connection: Connection, { type, bytes }: WireFrame): void {
    if (type === '') return this.#options.send(connection.id, greeting(this.#options.serverVersion))
    if (type === 'X') return
    if (type === 'P' && bytes[5] !== 0) connection.statements.add(parsedName(bytes))
    connection.group.push(bytes)
    if (type !== 'S' && type !== 'Q') return
    connection.ready.push(...connection.group)
    connection.group = []
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    try {
      for (;;) {
        const leaver = this.#leavers.shift()
        if (leaver) await this.#leave(leaver)
        else if (!(await this.#next())) break
      }
    } finally {
      this.#running = false
    }
  }

  /** Serves the holder, or whoever waits longest; false when there is nothing to do. */
  async #next(): Promise<boolean> {
    const connection = this.#holder ?? this.#queue.values().next().value
    if (!connection?.ready.length) {
      if (this.#queue.size) this.#idle ??= this.#expire(this.#holder!)
      return false
    }
    clearTimeout(this.#idle)
    this.#idle = undefined
    this.#queue.delete(connection)
    const request = Buffer.concat(connection.ready)
    connection.ready = []
    const { answer, status } = this.#read(await this.#options.exec(request))
    this.#holder = status === 'I' ? undefined : connection
    this.#options.send(connection.id, answer)
    return true
  }

  async #leave(connection: Connection): Promise<void> {
    if (this.#holder === connection) {
      await this.#options.exec(queryFrame('rollback'))
      this.#holder = undefined
    }
    if (connection.statements.size) await this.#options.exec(closeStatements(connection.statements))
  }

  #expire(connection: Connection): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#holder !== connection || connection.ready.length) return
      this.#options.send(connection.id, fatal('25P03', 'transaction idle while others wait'))
      this.#options.end(connection.id)
      this.close(connection.id)
    }, this.#options.idleMs ?? 30_000)
  }

  /** The answer without notifications, which go to everybody, and the transaction status at its end. */
  #read(bytes: Uint8Array): { answer: Uint8Array; status: string } {
    const frames = new FrameReader(true).push(bytes)
    const status = frames.findLast(({ type }) => type === 'Z')
    const notices = frames.filter(({ type }) => type === 'A')
    for (const { bytes: notice } of notices)
      for (const id of this.#connections.keys()) this.#options.send(id, Buffer.from(notice))
    const rest = notices.length ? frames.filter(({ type }) => type !== 'A') : undefined
    const answer = rest ? Buffer.concat(rest.map((frame) => frame.bytes)) : bytes
    return { answer, status: status ? String.fromCharCode(status.bytes[5]!) : 'I' }
  }
}
