/** The settlers of one flush: each is asked once for the requests of all rooms. */

import type {
  Decided,
  Judge,
  RoomBatch,
  Settlement,
  SettleRequest,
  Settler,
} from '../engine/kernel/journal.ts'
import type { Tx, Write } from './tables.ts'

/** Where a request of a batch lies: in whose settlement, at which index. */
interface Place {
  readonly settler: string
  readonly index: number
}

export class Settlements {
  readonly #settlements: ReadonlyMap<string, Settlement<Write>>
  readonly #places: ReadonlyMap<SettleRequest, Place>
  readonly #answers = new Map<string, unknown[]>()

  /** Issues the queries of all settlers together. Throws TypeError for one that is not registered. */
  static async prepare(
    tx: Tx,
    settlers: ReadonlyMap<string, Settler<Tx, Write>>,
    batches: readonly RoomBatch[],
  ): Promise<Settlements> {
    const requests = new Map<string, SettleRequest[]>()
    const places = new Map<SettleRequest, Place>()
    for (const { settle } of batches) {
      for (const request of settle) {
        const list = requests.get(request.by) ?? []
        requests.set(request.by, list)
        places.set(request, { settler: request.by, index: list.push(request) - 1 })
      }
    }
    const prepared = await Promise.all(
      [...requests].map(async ([name, list]) => {
        const settler = settlers.get(name)
        if (!settler) throw new TypeError(`no settler ${name} is registered with the journal`)
        return [name, await settler.prepare(tx, list)] as const
      }),
    )
    return new Settlements(new Map(prepared), places)
  }

  private constructor(
    settlements: ReadonlyMap<string, Settlement<Write>>,
    places: ReadonlyMap<SettleRequest, Place>,
  ) {
    this.#settlements = settlements
    this.#places = places
  }

  judgeOf({ settle }: RoomBatch): Judge {
    const at = (index: number) => {
      const place = this.#places.get(settle[index]!)!
      return { settlement: this.#settlements.get(place.settler)!, index: place.index }
    }
    return {
      judge: (index) => {
        const place = at(index)
        return place.settlement.judge(place.index)
      },
      release: (index) => {
        const place = at(index)
        place.settlement.release(place.index)
      },
    }
  }

  /** Keeps the answers of a room's commands for those who settle them. */
  decided({ settle }: RoomBatch, { commands }: Decided): void {
    const answers = new Map(commands.map(({ id, asker, answer }) => [`${asker} ${id}`, answer]))
    for (const request of settle) {
      const { settler, index } = this.#places.get(request)!
      const list = this.#answers.get(settler) ?? []
      this.#answers.set(settler, list)
      list[index] = answers.get(`${request.asker} ${request.id}`)
    }
  }

  writes(): Write[] {
    return [...this.#settlements].flatMap(([name, settlement]) =>
      settlement.writes((index) => this.#answers.get(name)?.[index]),
    )
  }
}
