/** One socket of a swarm: follows a room, notices what is missing, and asks for things. */

import { decode } from '../../engine/wire/codec.ts'
import { protocol, roomData, signal } from '../../engine/wire/colyseus.ts'
import type { Answer, Welcome } from '../../engine/wire/messages.ts'
import { backoffMs } from '../../sdk/backoff.ts'
import type { Counts } from './counts.ts'
import { add, type FrameMemory, type SeenFrame } from './frame-memory.ts'
import { Link, type LinkSink } from './link.ts'
import type { SentCommand, WitnessFrame } from './messages.ts'

/** What the viewers of a group share. */
export interface Stand {
  readonly counts: Counts
  readonly memory: FrameMemory
  /** Set by `Swarm.mark`. */
  readonly mark: { readonly epochAbove: number; readonly since: number } | undefined
  readonly witness: boolean
  /** It joined, or came back. */
  welcomed(viewer: Viewer, welcome: Welcome): void
  gone(viewer: Viewer, end: { code: number; reason: string; wasOpen: boolean }): void
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

export interface Asked {
  readonly record: Mutable<SentCommand>
  readonly frame: Uint8Array
}

const iAmHere = signal(protocol.joinRoom)
const answerByte = 'a'.charCodeAt(0)
const welcomeByte = 'w'.charCodeAt(0)
/** Where the server names no time to ask again. */
const askAgain = { baseMs: 200, capMs: 5_000 }

export class Viewer implements LinkSink {
  readonly index: number
  /** Follows its room: it has its welcome. */
  open = false
  /** Welcomed at least once. */
  known = false
  /** Its group knows whether its first join came to something. */
  settled = false
  /** Connections that failed one after the other. */
  failures = 0
  /** When it asked for the seat that it is on, monotonic ms. */
  seatedAt = 0
  epoch = 0
  seq = 0
  /** When the last numbered event came, and the longest time between two since the last mark; ms. */
  #numberedAt = 0
  longestPause = 0
  #fellOut = false
  readonly frames: WitnessFrame[] = []
  /** Not answered yet. */
  readonly asked = new Map<string, Asked>()
  readonly #stand: Stand
  #link: Link | undefined
  #marked: Stand['mark']

  constructor(index: number, stand: Stand) {
    this.index = index
    this.#stand = stand
  }

  /** Takes the seat at `url`, going on from where it was. */
  connect(url: string, from: string | undefined): void {
    const at = this.known ? `&at=${this.epoch}.${this.seq}` : ''
    this.#link = new Link(url + at, this, from)
  }

  ask(asked: Asked): void {
    this.asked.set(asked.record.id, asked)
    if (this.open) this.#send(asked)
  }

  close(): void {
    this.#link?.close()
  }

  cut(): void {
    this.#link?.cut()
  }

  opened(): void {
    // The server speaks first.
  }

  frame(_opcode: number, bytes: Buffer, start: number, end: number): void {
    const { counts, memory } = this.#stand
    counts.figures.bytes += end - start
    const seen = memory.take(bytes, start, end)
    if (seen) return this.#take(seen)
    const code = bytes[start]! & 0x1f
    if (code === protocol.joinRoom) return this.#link!.send(iAmHere)
    if (code === protocol.error) return add(counts.failures, 'an error frame')
    if (code !== protocol.roomData || bytes[start + 1] !== 0xa1) return
    const type = bytes[start + 2]
    if (type !== answerByte && type !== welcomeByte) return
    const payload = decode(bytes.subarray(start + 3, end))
    if (type === answerByte) this.#answered(payload as Answer)
    else this.#welcome(payload as Welcome)
  }

  closed(code: number, reason: string): void {
    const wasOpen = this.open
    if (wasOpen) this.#stand.counts.figures.open -= 1
    this.open = false
    this.#fellOut = true
    this.#link = undefined
    add(this.#stand.counts.closes, code)
    this.#stand.gone(this, { code, reason, wasOpen })
  }

  #take(seen: SeenFrame): void {
    const { counts, witness } = this.#stand
    const { figures, delays } = counts
    const now = Date.now()
    const { lane, events } = seen
    figures.frames += 1
    const delay = delays[lane]
    for (let index = 0; index < events.length; index += 1) delay.record(now - events[index]![2])
    if (lane === 'must') this.#number(seen, now)
    else figures.shed += seen.shed
    if (witness) {
      const { epoch, firstSeq, shed } = seen
      this.frames.push({ lane, epoch, firstSeq, events, shed, at: now })
    }
  }

  #number({ epoch, firstSeq, events }: SeenFrame, now: number): void {
    const { counts, mark } = this.#stand
    const { figures } = counts
    if (epoch < this.epoch) return void (figures.stale += 1)
    this.epoch = epoch
    const last = firstSeq + events.length - 1
    const fresh = Math.min(events.length, Math.max(0, last - this.seq))
    figures.numbered += fresh
    figures.repeated += events.length - fresh
    if (firstSeq > this.seq + 1) {
      figures.gaps += 1
      figures.missing += firstSeq - this.seq - 1
    }
    this.seq = Math.max(this.seq, last)
    this.#rest(now)
    if (mark && this.#marked !== mark && epoch > mark.epochAbove) this.#reach(now)
  }

  /** Called by a mark: pauses before it do not count. */
  restFrom(now: number): void {
    this.#numberedAt = now
    this.longestPause = 0
    this.#fellOut = false
  }

  #rest(now: number): void {
    if (this.#numberedAt) this.longestPause = Math.max(this.longestPause, now - this.#numberedAt)
    this.#numberedAt = now
  }

  #reach(now: number): void {
    const { counts, mark } = this.#stand
    this.#marked = mark
    counts.delays[this.#fellOut ? 'back' : 'mark'].record(now - mark!.since)
  }

  #welcome(welcome: Welcome): void {
    const { counts, mark, witness } = this.#stand
    const { figures, delays } = counts
    const { epoch, seq, recovered, missed } = welcome
    const now = Date.now()
    if (witness) this.frames.push({ lane: 'welcome', welcome, at: now })
    const fresh = !this.open
    if (!fresh) figures.renewed += 1
    else {
      this.open = true
      figures.open += 1
      figures[this.known ? 'returns' : 'joins'] += 1
      delays.join.record(performance.now() - this.seatedAt)
    }
    if (recovered && missed) {
      figures.recovered += 1
      const firstSeq = seq - missed.length + 1
      const frame = { epoch, firstSeq, events: missed } as SeenFrame
      if (missed.length) this.#number(frame, now)
    } else if (this.known && mark && this.#marked !== mark && epoch > mark.epochAbove)
      this.#reach(now)
    this.epoch = epoch
    this.seq = seq
    this.known = true
    this.failures = 0
    if (!fresh) return
    this.#stand.welcomed(this, welcome)
    for (const asked of this.asked.values()) this.#send(asked)
  }

  #answered([id, code, ...rest]: Answer): void {
    const { figures, refused, delays } = this.#stand.counts
    const asked = this.asked.get(id)
    if (!asked) return
    if (code !== 'ok') {
      add(refused, code)
      const [, data, retry] = rest as [string, Readonly<Record<string, unknown>>, string]
      if (retry === 'retry') return this.#later(asked, data)
    }
    this.asked.delete(id)
    const { record } = asked
    figures.pending -= 1
    record.answeredAt = Date.now()
    record.code = code
    if (code !== 'ok') return
    record.data = rest[0]
    figures.acked += 1
    delays.ack.record(record.answeredAt - record.dueAt)
  }

  #later(asked: Asked, data: Readonly<Record<string, unknown>>): void {
    const { retryInMs } = data
    const own = backoffMs(asked.record.tries, Math.random, askAgain)
    const wait = typeof retryInMs === 'number' ? retryInMs : own
    setTimeout(() => {
      if (this.open && this.asked.has(asked.record.id)) this.#send(asked)
    }, wait).unref()
  }

  #send({ record, frame }: Asked): void {
    if (record.tries) this.#stand.counts.figures.resent += 1
    record.tries += 1
    this.#link!.send(frame)
  }
}

/** A command's frame, with all that is known of it before it is answered. */
export function newCommand(
  input: unknown,
  of: Pick<SentCommand, 'id' | 'name' | 'group' | 'socket' | 'dueAt'>,
): Asked {
  const record = { ...of, answeredAt: undefined, code: undefined, data: undefined, tries: 0 }
  return { record, frame: roomData('c', [of.id, of.name, input]) }
}
