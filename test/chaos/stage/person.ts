/** A person with a client of the SDK, who writes down what it asked, what it was told and what it saw. */

import { createClient, isReject, type Client, type LiveRoom } from '../../../sdk/index.ts'
import { password, topUp, uniqueName, until } from '../../support/people.ts'
import type { ClientLog, Entry } from '../checker/evidence.ts'
import { patience } from './patience.ts'

/** A flower costs one coin. */
export const flower = { gift: 'flower', price: 1 } as const
/** More than anybody has. */
const tooDear = { gift: 'rocket', count: 1_000, amount: 5_000_000 } as const
const coins = 100_000

/** After these the same gift is sent again under its key: nothing is known of it, or it is said to wait. */
const again: ReadonlySet<string> = new Set([
  'offline',
  'outcome_unknown',
  'room.lost',
  'room.elsewhere',
  'busy',
  'draining',
  'node.fenced',
  'node.silent',
  'rate_limited',
  'too_fast',
  'timeout',
])

type Told = Entry extends infer One ? (One extends Entry ? Omit<One, 't'> : never) : never

export class Person implements ClientLog {
  readonly name: string
  readonly entries: Entry[] = []
  readonly #client: Client
  #room: LiveRoom | undefined
  #acked = 0
  #stopped = false

  /** Signs up at `endpoint` and buys coins, unless it only watches. */
  static async create(endpoint: string, name: string, watches = false): Promise<Person> {
    const client = createClient({ endpoint })
    const person = new Person(client, name)
    if (watches) return person
    await client.auth.register({ name: uniqueName(name), password })
    await topUp(client, coins)
    person.#write({ k: 'topup', coins })
    return person
  }

  private constructor(client: Client, name: string) {
    this.#client = client
    this.name = name
  }

  get user(): string {
    return this.#client.auth.user?.id ?? this.name
  }

  get online(): boolean {
    return this.#room?.status === 'online'
  }

  get acked(): number {
    return this.#acked
  }

  async join(live: string): Promise<void> {
    const room = await this.#client.live.join(live, { timeoutMs: patience.withinMs })
    this.#room = room
    room.on('event', ({ epoch, seq, type, data }) => {
      if (seq === undefined) return
      const gift = type === 'gift.sent'
      const [id, amount] = gift ? [data.id as string, data.amount as number] : []
      this.#write({ k: 'see', epoch, seq, type, id, amount })
    })
    room.on('status', (status) => this.#write({ k: 'status', status }))
    room.on('recovered', ({ gap }) => this.#write({ k: 'recovered', gap }))
    room.on('closed', () => this.#write({ k: 'left' }))
    await until(`${this.name} is online`, () => room.status === 'online', patience)
  }

  /** One flower; resolves with its outcome, however often it has to be sent again. */
  async give(): Promise<void> {
    const id = this.room.newId()
    this.#write({ k: 'offer', id, amount: flower.price })
    await this.#send(id, flower.gift, 1)
  }

  /** Asks for what it cannot pay: it has to be refused, and nothing may come of it. */
  async overreach(): Promise<void> {
    const id = this.room.newId()
    this.#write({ k: 'offer', id, amount: tooDear.amount })
    await this.#send(id, tooDear.gift, tooDear.count)
  }

  /** Asks once more for some gifts that were acknowledged: the answer must be the same. */
  async askAgain(most = 3): Promise<void> {
    const acked = this.entries.filter((entry) => entry.k === 'ack').slice(-most)
    for (const { id } of acked) await this.#send(id, flower.gift, 1)
  }

  /** Ids and numbers of gifts that it has seen. */
  seen(): ReadonlyMap<string, number> {
    return new Map(
      this.entries.flatMap((entry) =>
        entry.k === 'see' && entry.id ? [[entry.id, entry.seq] as const] : [],
      ),
    )
  }

  /** No further try is made; what is under way ends. */
  stop(): void {
    this.#stopped = true
  }

  close(): void {
    this.stop()
    this.#client.close()
  }

  get room(): LiveRoom {
    if (!this.#room) throw new TypeError(`${this.name} is in no room`)
    return this.#room
  }

  async #send(id: string, gift: string, count: number): Promise<void> {
    while (!this.#stopped) {
      try {
        const answer = await this.room.gifts.send({ gift, count, key: id })
        this.#acked += 1
        return this.#write({ k: 'ack', id, answer: JSON.stringify(answer) })
      } catch (error) {
        if (!isReject(error)) throw error
        if (!again.has(error.code)) return this.#write({ k: 'refuse', id, code: error.code })
      }
      await until('it is online', () => this.#stopped || this.online, {
        everyMs: 20,
        ...patience,
      })
    }
  }

  #write(told: Told): void {
    this.entries.push({ t: performance.now(), ...told } as Entry)
  }
}
