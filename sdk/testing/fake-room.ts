/** A room server in memory that keeps the protocol's promises, and breaks frames where a test asks for it. */

import { protocol, roomData, signal } from '../../engine/wire/colyseus.ts'
import { decode } from '../../engine/wire/codec.ts'
import { idTime } from '../../engine/wire/command-id.ts'
import type { Answer, Command, Welcome, WireEvent } from '../../engine/wire/messages.ts'
import type { HttpRequest, HttpResponse } from '../platform.ts'
import { json } from './fake-platform.ts'
import { FakeNetwork, type Connection } from './fake-network.ts'
import { foldLive, liveView } from '../../rooms/kinds/live.client.ts'
import type { VirtualClock } from './virtual-clock.ts'

export const someView = {
  live: {
    title: 'Morning piano',
    category: 'music',
    host: { id: 'u_host', name: 'Lin' },
    status: 'live',
  },
  audience: { count: 3 },
  danmaku: { slowSeconds: 0, recent: [] },
  like: { count: 7 },
  gift: { top: [], coins: 0 },
  member: { moderators: [], you: { id: 'u_me', role: 'viewer' } },
}

export class FakeRoom {
  readonly clock: VirtualClock
  readonly network: FakeNetwork
  epoch = 1
  /** Every must event ever, number i + 1 at index i. */
  readonly log: WireEvent[] = []
  /** How many events back a resume reaches. */
  ringSize = 1_000
  you: Welcome['you'] = { id: 'u_me', name: 'Mei', roles: ['user'], can: ['watch', 'chat', 'gift'] }
  /** By default what the log leads to. */
  view: () => Record<string, unknown> = () => ({
    ...this.log.reduce(foldLive, liveView(someView)),
  })
  /** Commands that took effect, in order, each once. */
  readonly effects: Command[] = []
  /** Commands as they arrived, repetitions included. */
  readonly received: Command[] = []
  /** Answers a new command; undefined: no answer, ever. */
  answer: (command: Command) => unknown = () => null
  seatAnswer: () => HttpResponse | Promise<HttpResponse> = () =>
    json(200, { socketUrl: `ws://room/p/r?sessionId=${++this.seats}` })
  seats = 0
  /** Whether it answers pings. */
  pongs = true
  /** What to do with a must frame before it is sent; the default sends it. */
  tamper: (frame: [number, number, readonly WireEvent[]], send: (frame: unknown) => void) => void =
    (frame, send) => send(frame)
  #joined = new Set<Connection>()
  #answers = new Map<string, unknown>()
  #openedAt = 0

  constructor(clock: VirtualClock) {
    this.clock = clock
    this.network = new FakeNetwork(clock, (connection) => this.#accept(connection))
  }

  http = (request: HttpRequest): HttpResponse | Promise<HttpResponse> => {
    if (this.network.down) throw new Error('unreachable')
    if (request.url.endsWith('/seat')) return this.seatAnswer()
    return json(404, { code: 'not_found' })
  }

  get joined(): Connection[] {
    return [...this.#joined]
  }

  /** Commits events and publishes them as one frame. */
  commit(...events: readonly (readonly [type: string, data: unknown])[]): void {
    const firstSeq = this.log.length + 1
    const wire = events.map(([type, data]): WireEvent => [type, data, this.clock.now])
    this.log.push(...wire)
    for (const connection of this.#joined)
      this.tamper([this.epoch, firstSeq, wire], (frame) => this.#send(connection, 'm', frame))
  }

  publish(type: 's' | 'y', frame: unknown): void {
    for (const connection of this.#joined) this.#send(connection, type, frame)
  }

  /** The process dies: sockets break, what is not committed is forgotten, the next epoch begins. */
  crash(): void {
    for (const connection of this.joined) connection.cut()
    this.epoch++
    this.#answers.clear()
    this.#openedAt = this.clock.now
  }

  #accept(connection: Connection): void {
    connection.onmessage = (bytes) => this.#receive(connection, bytes)
    connection.onclose = () => void this.#joined.delete(connection)
    connection.send(Uint8Array.of(protocol.joinRoom, 1, 0x78, 4, 0x6e, 0x6f, 0x6e, 0x65, 0))
  }

  #receive(connection: Connection, bytes: Uint8Array): void {
    if (bytes[0] === protocol.joinRoom) this.#join(connection)
    else if (bytes[0] === protocol.ping) {
      if (this.pongs) connection.send(signal(protocol.ping))
    } else if (bytes[0] === protocol.leaveRoom) connection.close(4000)
    else if (bytes[0] === protocol.roomData)
      this.#command(connection, decode(bytes.subarray(3)) as Command)
  }

  #join(connection: Connection): void {
    const at = /[?&]at=(\d+)\.(\d+)/.exec(connection.url)
    const seq = at ? Number(at[2]) : undefined
    const resumes =
      seq !== undefined && seq <= this.log.length && this.log.length - seq <= this.ringSize
    this.#send(connection, 'w', {
      v: 1,
      room: 'live_r1',
      epoch: this.epoch,
      seq: this.log.length,
      now: this.clock.now,
      you: this.you,
      recovered: resumes,
      ...(resumes && { missed: this.log.slice(seq) }),
      view: this.view(),
    })
    this.#joined.add(connection)
  }

  #command(connection: Connection, command: Command): void {
    const [id, name] = command
    this.received.push(command)
    const reply = (answer: Answer): void => this.#send(connection, 'a', answer)
    if (this.#answers.has(id)) return reply([id, 'ok', this.#answers.get(id)])
    if (name !== 'gift.send' && (idTime(id) ?? 0) < this.#openedAt)
      return reply([id, 'command.expired', 'too old', {}, 'fix'])
    const answer = this.answer(command)
    if (answer === undefined) return
    if (Array.isArray(answer)) return reply([id, ...answer] as unknown as Answer)
    this.effects.push(command)
    this.#answers.set(id, answer)
    reply([id, 'ok', answer])
  }

  #send(connection: Connection, type: string, payload: unknown): void {
    if (connection.open) connection.send(roomData(type, payload))
  }
}
