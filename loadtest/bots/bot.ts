/** One viewer who chats, likes and gives, at the pace of a person. */

import {
  isReject,
  type Client,
  type GiftSent,
  type GiftSku,
  type LiveRoom,
} from '../../sdk/index.ts'
import { fillWallet } from './account.ts'
import { answerFor, cheerFor, lineFor, pick } from './lines.ts'
import type { Person } from './people.ts'

export interface BotCounts {
  lines: number
  likes: number
  gifts: number
  /** Coins given. */
  coins: number
  /** What was refused, by code. */
  refused: Record<string, number>
}

export interface BotOptions {
  readonly client: Client
  readonly person: Person
  readonly room: LiveRoom
  readonly gifts: readonly GiftSku[]
  readonly counts: BotCounts
  readonly random: () => number
  /** Mean time between two actions of an average bot, ms. */
  readonly paceMs: number
  readonly signal: AbortSignal
}

/** Coins in the purse after a visit to the checkout. */
const purse = 3_000
/** Clicks of one combo follow each other so fast, ms. */
const clickMs = 450
/** Gifts of this tier and above are cheered. */
const bigTier = 3

export class Bot {
  readonly #options: BotOptions
  readonly #said: string[] = []
  #broke = false

  constructor(options: BotOptions) {
    this.#options = options
  }

  /** Resolves when the signal says stop, or the room is closed. Never rejects. */
  async run(): Promise<void> {
    const { room, signal, paceMs, person, random } = this.#options
    const stops = [
      room.on('gift', (gift) => this.#saw(gift)),
      room.on('danmaku', (lines) => {
        const { id } = room.you
        for (const { mentions, user } of lines)
          if (mentions.includes(id) && random() < 0.5) this.#answer(user.id)
      }),
    ]
    while (!signal.aborted && room.status !== 'closed') {
      // Exponential: people do not act in step.
      await pause((-Math.log(1 - random()) * paceMs) / person.talk, signal)
      if (!signal.aborted && room.status === 'online') await this.#act()
    }
    for (const stop of stops) stop()
    room.leave()
  }

  async #act(): Promise<void> {
    const { room, random, person } = this.#options
    const chance = random()
    if (chance < 0.16) this.#like()
    else if (chance < 0.16 + 0.1 * person.give && room.view.live.status === 'live')
      await this.#give()
    else if (chance < 0.4 && room.view.danmaku.recent.length > 0 && random() < 0.3)
      this.#answer(pick(room.view.danmaku.recent, random).user.id)
    else this.#chat()
  }

  #chat(): void {
    const { room, random, person } = this.#options
    const { category } = room.view.live
    for (let i = 0; i < 5; i++) {
      const text = lineFor(category, person.language, random)
      if (!this.#said.includes(text)) return this.#say(text)
    }
  }

  #answer(user: string): void {
    const { random, person, room } = this.#options
    if (user !== room.you.id) this.#say(answerFor(person.language, random), [user])
  }

  #say(text: string, mentions: readonly string[] = []): void {
    const { room, random, counts } = this.#options
    this.#said.push(text)
    if (this.#said.length > 12) this.#said.shift()
    const colourful = random() < 0.15
    const { acked } = room.danmaku.send(text, {
      ...(colourful && { color: pick(['#ffd666', '#69c0ff', '#95de64', '#ff85c0'], random) }),
      ...(random() < 0.04 && { mode: 'top' as const }),
      ...(mentions.length > 0 && { mentions }),
    })
    acked.then(
      () => counts.lines++,
      (error) => this.#refused(error),
    )
  }

  #like(): void {
    const { room, random, counts } = this.#options
    const count = 1 + Math.floor(random() * 12)
    room.likes.add(count)
    counts.likes += count
  }

  /** One to a dozen clicks on the same gift: the room sees a combo. */
  async #give(): Promise<void> {
    const { gifts, random, signal, person } = this.#options
    if (this.#broke) return
    const affordable = gifts.filter(({ price }) => price <= (person.give > 1 ? 600 : 70))
    if (affordable.length === 0) return
    const gift = pick(affordable, random)
    const clicks = gift.price > 100 ? 1 : 1 + Math.floor(random() ** 2 * 12)
    for (let click = 0; click < clicks && !signal.aborted && !this.#broke; click++) {
      await this.#click(gift)
      await pause(clickMs, signal)
    }
  }

  async #click(gift: GiftSku): Promise<void> {
    const { client, room, counts } = this.#options
    try {
      const { amount } = await room.gifts.send({ gift: gift.id })
      counts.gifts++
      counts.coins += amount
    } catch (error) {
      if (isReject(error, 'insufficient_balance')) {
        // Where the checkout does not work either, this bot gives no more.
        await fillWallet(client, purse).catch((failure) => {
          this.#refused(failure)
          this.#broke = true
        })
      } else this.#refused(error)
      if (isReject(error, 'spend_limit') || isReject(error, 'gift.self')) this.#broke = true
    }
  }

  #saw(gift: GiftSent): void {
    const { gifts, random, room, person, signal } = this.#options
    const sku = gifts.find(({ id }) => id === gift.gift)
    if (!sku || sku.tier < bigTier || gift.from.id === room.you.id || random() > 0.25) return
    const text = cheerFor(
      { name: gift.from.name, gift: sku.name[person.language] },
      person.language,
      random,
    )
    void pause(600 + 2_400 * random(), signal).then(() => {
      if (!signal.aborted && room.status === 'online' && !this.#said.includes(text)) this.#say(text)
    })
  }

  #refused(error: unknown): void {
    const { refused } = this.#options.counts
    const code = isReject(error) ? error.code : 'error'
    refused[code] = (refused[code] ?? 0) + 1
  }
}

/** Sleeps; wakes at once when told to stop. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
