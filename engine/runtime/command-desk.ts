/** Takes a client's commands: budget, question to the room, answer. */

import { isUnseen } from '../kernel/context.ts'
import type { CompiledKind } from '../kernel/compiled-kind.ts'
import type { RoomKey } from '../kernel/position.ts'
import { RoomError } from '../kernel/room-error.ts'
import { busyAnswer } from '../wire/busy-answer.ts'
import type { Answer, Command } from '../wire/messages.ts'
import { RateBuckets } from './rate-classes.ts'
import type { RoomClient } from './room-client.ts'
import type { RoomHost } from './room-host.ts'
import type { TurnShare } from './turn-budget.ts'

/** Who was turned away comes back after so long and, spread at random, up to so much later, ms. */
const comeBack = { least: 500, spread: 1_000 }

/** Buckets of users whose sockets are gone are kept until there are so many. */
const rememberedUsers = 10_000

const unseen = new RoomError('unseen', 'You watch this room unseen; join it to take part.')

export class CommandDesk {
  readonly #room: RoomKey
  readonly #kind: CompiledKind
  readonly #host: RoomHost
  /** One set of buckets a user: a second socket brings no second budget. */
  readonly #buckets = new Map<string, RateBuckets>()

  readonly #share: TurnShare
  readonly #underWay = new Set<Promise<void>>()
  #closed = false

  constructor(room: RoomKey, kind: CompiledKind, host: RoomHost) {
    this.#room = room
    this.#kind = kind
    this.#host = host
    this.#share = host.turn.share()
  }

  /** Whether there is no time for a command of this room in this turn; then its frame was refused unread. */
  turnsAway(client: RoomClient, frame: Uint8Array): boolean {
    const { turn, metrics } = this.#host
    if (turn.admits(this.#share)) return false
    const retryInMs = comeBack.least + Math.floor(Math.random() * comeBack.spread)
    const answer = busyAnswer(frame, retryInMs)
    if (!answer) return false
    metrics.commands += 1
    metrics.refusals += 1
    metrics.turnedAway += 1
    client.send(answer)
    return true
  }

  /** Answers in every case, exactly once, until the desk is closed. */
  take(client: RoomClient, command: Command): void {
    if (this.#closed) return // whoever gets no answer asks again, under the same id
    const answering = this.#answer(client, command).finally(() => this.#underWay.delete(answering))
    this.#underWay.add(answering)
  }

  /** Takes no more commands; resolves when those under way are answered. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#underWay)
  }

  async #answer(client: RoomClient, [id, name, input]: Command): Promise<void> {
    const { metrics } = this.#host
    metrics.commands += 1
    client.inFlight += 1
    try {
      if (isUnseen(client.asker)) throw unseen
      this.#charge(client, name)
      const data = await this.#host.directory.ask(this.#room, name, input, client.asker, id)
      client.tell('a', [id, 'ok', data])
    } catch (error) {
      metrics.refusals += 1
      client.tell('a', this.#refusal(id, name, error))
    } finally {
      client.inFlight -= 1
    }
  }

  #charge(client: RoomClient, name: string): void {
    const { settings, clock } = this.#host
    if (client.inFlight > settings.maxInFlight) {
      throw new RoomError('busy', 'Too many commands at once; wait for their answers.', {
        retry: 'retry',
        data: { retryInMs: 500 },
      })
    }
    let buckets = this.#buckets.get(client.asker.id)
    if (!buckets) {
      if (this.#buckets.size >= rememberedUsers) {
        this.#buckets.delete(this.#buckets.keys().next().value!)
      }
      this.#buckets.set(client.asker.id, (buckets = new RateBuckets(settings.rates)))
    }
    buckets.pay(this.#kind.commands.get(name)?.spec.rate ?? 'default', clock.now())
  }

  #refusal(id: string, name: string, error: unknown): Answer {
    if (error instanceof RoomError) return [id, error.code, error.message, error.data, error.retry]
    this.#host.defect(error, name)
    return [id, 'internal', 'Something went wrong here; try again.', {}, 'retry']
  }
}
