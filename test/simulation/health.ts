/** H: a fault keeps nobody waiting whom it does not strike. */

import type { RoomKey } from '../../engine/kernel/position.ts'
import { LocalDirectory, type LocalDirectoryOptions } from '../../engine/runtime/directory.ts'
import type { World } from './world.ts'

/** What 99 of 100 commands take at most, in their leader, in histories without a fault, ms. */
export const baselineMs = 20
/** After the end of a fault whoever it struck may be busy with it for so long, ms. */
const recoverMs = 6_000

export const everything = 'everything'

export class Health {
  /** Commands that were judged, and those that waited for a purse which a struck node had locked. */
  readonly stats = { served: 0, heldUp: 0 }
  readonly #world: World
  /** By node, room or `everything`. */
  readonly #sickUntil = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  /** A fault of so many ms begins. */
  strike(what: string, ms: number, recover = recoverMs): void {
    const until = this.#world.now + ms + recover
    this.#sickUntil.set(what, Math.max(until, this.#sickUntil.get(what) ?? 0))
  }

  get allWell(): boolean {
    return [...this.#sickUntil.keys()].every((what) => this.isWell(what))
  }

  isWell(what: string): boolean {
    const until = Math.max(this.#sickUntil.get(everything) ?? 0, this.#sickUntil.get(what) ?? 0)
    return this.#world.now > until
  }

  /** The node's flush has to wait for a row that it needs and that a struck node did not give back. */
  excuse(node: string, again: boolean): void {
    if (!again) this.stats.heldUp += 1
    this.strike(node, 0, 100)
  }

  /** A command came to the room's leader so many ms ago and is answered now. */
  served(node: string, room: RoomKey, ms: number): void {
    if (!this.isWell(node) || !this.isWell(room)) return
    this.stats.served += 1
    if (ms > 2 * baselineMs)
      this.#world.fail('H', `${room} on ${node} takes ${Math.round(ms)} ms, which nothing struck`)
  }
}

/** The platform's own, under a stopwatch. */
export class TimedDirectory extends LocalDirectory {
  readonly #world: World
  readonly #health: Health
  readonly #node: string

  constructor(options: LocalDirectoryOptions, world: World, health: Health, node: string) {
    super(options)
    this.#world = world
    this.#health = health
    this.#node = node
  }

  override async ask(...ask: Parameters<LocalDirectory['ask']>): Promise<unknown> {
    const [room] = ask
    const came = this.peek(room) && this.#health.isWell(this.#node) ? this.#world.now : undefined
    const answer = await super.ask(...ask)
    if (came !== undefined) this.#health.served(this.#node, room, this.#world.now - came)
    return answer
  }
}
