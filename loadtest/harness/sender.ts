/** One who acts: sends commands when told to, and asks again under the same id until each has its answer. */

import type { Answer } from '../../engine/wire/messages.ts'
import type { Account } from './account.ts'
import type { Figures } from './figures.ts'
import type { Deed, Record, Sent } from './record.ts'
import { RoomSocket, type RoomSocketHandler } from './room-socket.ts'

export interface SenderOptions {
  readonly account: Account
  readonly room: string
  readonly record: Record
  readonly figures: Figures
  /** Before the names of its figures: `` or `side.`. */
  readonly prefix: string
}

interface Waiting {
  readonly sent: Sent
  readonly name: string
  readonly input: unknown
}

const commands: Readonly<{ [D in Deed]: string }> = {
  gift: 'gift.send',
  danmaku: 'danmaku.send',
  like: 'like.add',
}

/** The room says that it does not know what became of the command: the same id asks again. */
const unsettled = new Set(['room.lost', 'internal', 'unavailable'])

/** Refusals that say when to come again. */
const retries = new Set(['busy', 'rate_limited'])

export class Sender implements RoomSocketHandler {
  readonly account: Account
  readonly room: string
  readonly #options: SenderOptions
  readonly #waiting = new Map<string, Waiting>()
  readonly #socket: RoomSocket

  constructor(options: SenderOptions) {
    this.account = options.account
    this.room = options.room
    this.#options = options
    this.#socket = new RoomSocket({
      seat: () => options.account.seat(options.room),
      reads: 'a',
      handler: this,
    })
  }

  get entered(): Promise<void> {
    return this.#socket.entered
  }

  /** Sends at once, or as soon as it is back. */
  send(deed: Deed, id: string, intended: number, what: { count: number; input: unknown }): void {
    const { record, figures, room, account, prefix } = this.#options
    const sentAt = performance.now()
    const sent = { id, deed, room, sender: account.id, intended, sentAt, count: what.count }
    record.add(sent)
    figures.count(`${prefix}offered`)
    figures.count(`${prefix}${deed}.offered`)
    figures.time('lateness', sentAt - intended)
    this.#waiting.set(id, { sent, name: commands[deed], input: what.input })
    this.#socket.command(id, commands[deed], what.input)
  }

  leave(): void {
    this.#socket.leave()
  }

  position(): undefined {
    return undefined
  }

  welcome(): void {
    for (const { sent, name, input } of this.#waiting.values()) {
      this.#socket.command(sent.id, name, input)
    }
  }

  dropped(code: number): void {
    const { figures, prefix } = this.#options
    figures.count('sender.drops')
    figures.count(`close.${code}`)
    figures.count(`${prefix}resent`, this.#waiting.size)
  }

  message(_type: string, payload: unknown): void {
    const [id, code, data] = payload as Answer
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    if (unsettled.has(code)) return this.#again(waiting)
    this.#waiting.delete(id)
    const { record, figures, prefix } = this.#options
    const now = performance.now()
    const { amount } = (code === 'ok' ? data : {}) as { amount?: number }
    const sent = record.answer(id, code, now, amount)
    if (!sent) return
    if (code !== 'ok') {
      figures.count(`${prefix}refused`)
      figures.count(`${prefix}refused.${code}`)
      if (retries.has(code) && !Number.isFinite(retryTime(payload as Answer))) {
        figures.count('refused.mute')
      }
      figures.time(`${prefix}refusal`, now - sent.intended)
      return
    }
    figures.count(`${prefix}accepted`)
    figures.count(`${prefix}${sent.deed}.accepted`)
    figures.time(`${prefix}ack`, now - sent.intended)
    figures.time(`${prefix}${sent.deed}.ack`, now - sent.intended)
  }

  #again({ sent, name, input }: Waiting): void {
    this.#options.figures.count('resent')
    setTimeout(() => {
      if (this.#waiting.has(sent.id)) this.#socket.command(sent.id, name, input)
    }, 200).unref()
  }
}

function retryTime([, , , data]: Answer): unknown {
  return (data as { retryInMs?: unknown } | undefined)?.retryInMs
}
