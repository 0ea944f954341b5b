/** What is wrong at the moment with the network and the store, and how long things take. */

import type { Plan } from './plan.ts'
import { Random } from './random.ts'

export class Weather {
  storeDown = 0
  storeSlow = 0
  answersLost = 0
  healed = false
  /** Nodes whose requests to the store, answers from it, clients or bus do not get through. */
  readonly cut = {
    requests: new Map<string, number>(),
    replies: new Map<string, number>(),
    clients: new Map<string, number>(),
    bus: new Map<string, number>(),
  }
  readonly #network: Plan['network']
  readonly #random: Random
  readonly #sockets: Random

  constructor(plan: Plan) {
    this.#network = plan.network
    this.#random = new Random(plan.seed, 'weather')
    this.#sockets = new Random(plan.seed, 'sockets')
  }

  isCut(way: keyof Weather['cut'], node: string): boolean {
    return (this.cut[way].get(node) ?? 0) > 0
  }

  /** When copies of a message between a client and a node arrive, ms from now. */
  copies(): number[] {
    if (this.healed) return [this.#random.between(1, 20)]
    const { loss, twice } = this.#network
    if (this.#random.chance(loss)) return []
    return this.#random.chance(twice) ? [this.#travel(), this.#travel()] : [this.#travel()]
  }

  storeTravel(): number {
    const slow = this.storeSlow > 0 ? this.#random.between(200, 1_200) : 0
    return slow + 0.2 + this.#random.next() * 4
  }

  losesAnswer(): boolean {
    return this.answersLost > 0 && this.#random.chance(0.5)
  }

  /** On an open connection, ms. */
  socketTravel(): number {
    const random = this.#sockets
    if (this.healed) return random.between(1, 20)
    return random.chance(this.#network.slow) ? random.between(100, 1_500) : random.between(1, 60)
  }

  /** How long one side takes to notice that a connection is broken, ms. */
  notices(): number {
    return this.#sockets.between(10, this.healed ? 500 : 4_000)
  }

  #travel(): number {
    if (this.#random.chance(this.#network.slow)) return this.#random.between(100, 3_000)
    return this.#random.between(1, 60)
  }
}
