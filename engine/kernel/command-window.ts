/** Remembers commands that took effect, so that a repetition gets the same answer and no second effect. */

/** How long a command id is remembered, in ms of the id's own clock. */
export const windowMs = 10 * 60_000
/** A client's clock may run ahead by this much before its ids are refused. */
const aheadMs = 60_000
/** More early ids than this are not listed; the floor is put above them instead. */
const mostEarly = 1_000

export type Seen =
  | { readonly state: 'new' }
  | { readonly state: 'done'; readonly answer: unknown }
  /** Older than the memory reaches: it can no longer be told whether it took effect. */
  | { readonly state: 'expired' }
  /** Timed in the future: the memory would have to outlive its bound. */
  | { readonly state: 'ahead' }

export interface WindowSnapshot {
  readonly floor: number
  readonly keys: readonly string[]
  readonly answers: readonly unknown[]
}

/**
 * A bounded memory of command ids in the order of their effect. An id leaves it only when the floor has
 * passed the id's own time, and whatever lies below the floor is `expired`, never `new`: so a forgotten
 * id cannot take effect again, also when the bound cuts the window short.
 */
export class CommandWindow {
  readonly #capacity: number
  readonly #answers = new Map<string, unknown>()
  /** Keys in order. A Map alone is a slow queue: its iterator walks over every hole left by a delete. */
  #order: string[] = []
  #head = 0
  #floor = 0
  /** The latest time that the clock has shown here. */
  #latest = 0
  /** Ids that were not behind the clock when they came. */
  readonly #early = new Set<string>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  look(asker: string, id: string, now: number): Seen {
    const key = keyOf(asker, id)
    if (this.#answers.has(key)) return { state: 'done', answer: this.#answers.get(key) }
    const time = commandTime(id)
    if (time < Math.max(this.#floor, now - windowMs)) return { state: 'expired' }
    if (time > now + aheadMs) return { state: 'ahead' }
    return { state: 'new' }
  }

  put(asker: string, id: string, answer: unknown, now: number): void {
    const key = keyOf(asker, id)
    if (!this.#answers.has(key)) this.#order.push(key)
    this.#answers.set(key, answer)
    this.#latest = Math.max(this.#latest, now)
    if (commandTime(id) >= now) this.#early.add(key)
    this.raise(now - windowMs)
    for (;;) {
      const oldest = this.#order[this.#head]
      if (oldest === undefined) break
      const time = timeOf(oldest)
      if (this.#answers.size > this.#capacity) this.raise(time + 1)
      else if (time >= this.#floor) break
      this.#answers.delete(oldest)
      this.#early.delete(oldest)
      this.#head += 1
    }
    if (this.#head > this.#capacity) this.#compact()
  }

  /** Ids timed before `floor` (ms) are expired from now on, unless they are still remembered. */
  raise(floor: number): void {
    if (floor > this.#floor) this.#floor = floor
  }

  get size(): number {
    return this.#answers.size
  }

  snapshot(): WindowSnapshot {
    this.#compact()
    return {
      floor: this.#floor,
      keys: this.#order,
      answers: this.#order.map((key) => this.#answers.get(key)),
    }
  }

  /**
   * Enough for a successor that need not repeat answers to refuse all that took effect: a floor at
   * `now`, and the ids that are timed after it.
   */
  early(now: number): WindowSnapshot {
    const floor = Math.max(now, this.#latest, this.#floor)
    this.#latest = floor // what is no longer listed stays below it, also when the clock is set back
    for (const key of this.#early) if (timeOf(key) < floor) this.#early.delete(key)
    const keys = [...this.#early]
    if (keys.length > mostEarly)
      return { floor: Math.max(...keys.map(timeOf)) + 1, keys: [], answers: [] }
    return { floor, keys, answers: keys.map((key) => this.#answers.get(key)) }
  }

  restore({ floor, keys, answers }: WindowSnapshot): void {
    this.#floor = floor
    this.#order = [...keys]
    this.#head = 0
    this.#answers.clear()
    this.#early.clear()
    this.#latest = floor
    for (const [index, key] of keys.entries()) {
      this.#answers.set(key, answers[index])
      if (timeOf(key) >= floor) this.#early.add(key)
    }
  }

  #compact(): void {
    this.#order = this.#order.slice(this.#head)
    this.#head = 0
  }
}

/** The time in a UUIDv7, ms since 1970 (RFC 9562 §5.7: its first 48 bits). 0 for anything else. */
export function commandTime(id: string): number {
  if (!uuidV7.test(id)) return 0
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/** True for a well-formed UUIDv7 in lower case. */
export function isCommandId(id: unknown): id is string {
  return typeof id === 'string' && uuidV7.test(id)
}

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Ids belong to their asker: nobody can probe or block another's. */
function keyOf(asker: string, id: string): string {
  return `${asker} ${id}`
}

function timeOf(key: string): number {
  return commandTime(key.slice(key.lastIndexOf(' ') + 1))
}
