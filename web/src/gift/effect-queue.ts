/** Which gifts cross the picture and when. Pure: time comes from the caller. */
import type { GiftSent } from '../../../sdk/index.ts'

/** Coins from which a gift crosses the picture; below, it only counts up at the edge. */
export const BIG_COINS = 188
const WAITING_MAX = 20

/** Big gifts one after another: own gifts first, then by amount, never more than 20 waiting. */
export class EffectQueue {
  #waiting: { gift: GiftSent; own: boolean }[] = []

  get length(): number {
    return this.#waiting.length
  }

  /** A gift of one's own is always shown when it opens a combo. */
  add(gift: GiftSent, own: boolean): void {
    const opens = gift.combo.total === gift.count
    if (gift.amount < BIG_COINS && !(own && opens)) return
    this.#waiting.push({ gift, own })
    this.#waiting.sort((a, b) => Number(b.own) - Number(a.own) || b.gift.amount - a.gift.amount)
    this.#waiting.length = Math.min(this.#waiting.length, WAITING_MAX)
  }

  next(): GiftSent | undefined {
    return this.#waiting.shift()?.gift
  }

  clear(): void {
    this.#waiting = []
  }
}

export interface Combo {
  readonly id: string
  readonly gift: GiftSent
  readonly total: number
  readonly until: number
}

const SLOTS = 3
const STAY_MS = 4000

/** The counters at the left edge: one for each combo, three at a time; a new one takes the oldest's place. */
export class ComboSlots {
  #combos: readonly Combo[] = []

  get combos(): readonly Combo[] {
    return this.#combos
  }

  add(gift: GiftSent, now: number): void {
    const { id, total } = gift.combo
    const combo: Combo = { id, gift, total, until: now + STAY_MS }
    const at = this.#combos.findIndex((other) => other.id === id)
    if (at >= 0) {
      // Frames may bring a combo's gifts in one batch: the count never goes back.
      const kept = { ...combo, total: Math.max(total, this.#combos[at]!.total) }
      this.#combos = this.#combos.with(at, kept)
      return
    }
    const free = this.#combos.length < SLOTS ? this.#combos : this.#withoutOldest()
    this.#combos = [...free, combo]
  }

  /** Drops what has stood long enough; true when something changed. */
  expire(now: number): boolean {
    const left = this.#combos.filter(({ until }) => until > now)
    if (left.length === this.#combos.length) return false
    this.#combos = left
    return true
  }

  #withoutOldest(): readonly Combo[] {
    const oldest = this.#combos.reduce((a, b) => (b.until < a.until ? b : a))
    return this.#combos.filter((combo) => combo !== oldest)
  }
}
