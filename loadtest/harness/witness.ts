/** A witness: a viewer that reads everything, notes it in order and finds gaps as they come. */

import type {
  MayFrame,
  MustFrame,
  ServerMessages,
  ShouldFrame,
  Welcome,
  WireEvent,
} from '../../engine/wire/messages.ts'
import type { RoomSocketHandler } from './room-socket.ts'

/** A numbered event, as far as it is compared. */
export interface Noted {
  readonly epoch: number
  readonly seq: number
  readonly type: string
  /** The command that it came of, where it tells. */
  readonly id?: string
  readonly amount?: number
}

/** What one witness of a room saw. */
export interface Testimony {
  readonly name: string
  readonly room: string
  readonly events: readonly Noted[]
  /** Ids of lines in the order in which they came. */
  readonly lines: readonly string[]
  /** Lines that the room said it left out. */
  readonly shed: number
  /** The sum of likes that it was told, without those of its first view. */
  readonly likes: number
  /** Times that it lost its socket. */
  readonly drops: number
  /** Fresh views after a loss: an announced gap, which breaks no promise. */
  readonly views: number
  /** Gaps that nobody announced, and numbers that ran backwards. */
  readonly faults: readonly string[]
}

/** Told of each id that comes in for the first time. */
export type Sight = (id: string, type: string) => void

const mostFaults = 50

export class Witness implements RoomSocketHandler, Testimony {
  readonly name: string
  readonly room: string
  readonly events: Noted[] = []
  readonly lines: string[] = []
  readonly faults: string[] = []
  shed = 0
  likes = 0
  drops = 0
  views = 0
  readonly #sight: Sight
  readonly #onDrop: (code: number) => void
  #epoch = 0
  #seq = -1

  constructor(name: string, room: string, sight: Sight, onDrop: (code: number) => void) {
    this.name = name
    this.room = room
    this.#sight = sight
    this.#onDrop = onDrop
  }

  position(): { epoch: number; seq: number } | undefined {
    return this.#seq < 0 ? undefined : { epoch: this.#epoch, seq: this.#seq }
  }

  welcome({ epoch, seq, recovered, missed }: Welcome): void {
    const returns = this.#seq >= 0
    if (returns && recovered && missed) {
      this.#numbered(epoch, this.#seq + 1, missed)
      if (this.#seq !== seq) {
        this.#fault(`a recovery up to ${seq} held the events up to ${this.#seq}`)
      }
    } else if (returns) this.views += 1
    this.#epoch = epoch
    this.#seq = seq
  }

  message<Type extends keyof ServerMessages>(type: Type, payload: ServerMessages[Type]): void {
    if (type === 'm') {
      const [epoch, firstSeq, events] = payload as MustFrame
      this.#numbered(epoch, firstSeq, events)
    } else if (type === 's') this.#lines(payload as ShouldFrame)
    else if (type === 'y') this.#aggregates(payload as MayFrame)
  }

  dropped(code: number): void {
    this.drops += 1
    this.#onDrop(code)
  }

  #numbered(epoch: number, firstSeq: number, events: readonly WireEvent[]): void {
    if (epoch < this.#epoch) this.#fault(`epoch ${epoch} came after ${this.#epoch}`)
    if (firstSeq !== this.#seq + 1) this.#fault(`${firstSeq} came after ${this.#seq}`)
    this.#epoch = epoch
    for (const [index, [type, data]] of events.entries()) {
      const { id, amount } = (data ?? {}) as { id?: string; amount?: number }
      this.events.push({
        epoch,
        seq: firstSeq + index,
        type,
        ...(id !== undefined && { id }),
        ...(amount !== undefined && { amount }),
      })
      if (id !== undefined) this.#sight(id, type)
    }
    this.#seq = firstSeq + events.length - 1
  }

  #lines([, events, shed]: ShouldFrame): void {
    this.shed += shed
    for (const [type, data] of events) {
      const { id } = data as { id: string }
      this.lines.push(id)
      this.#sight(id, type)
    }
  }

  #aggregates([, events]: MayFrame): void {
    for (const [type, data] of events) {
      if (type === 'like.added') this.likes += (data as { count: number }).count
    }
  }

  #fault(what: string): void {
    if (this.faults.length < mostFaults) this.faults.push(what)
  }
}
