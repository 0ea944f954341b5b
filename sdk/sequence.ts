/** Keeps the one order of a room's must events: neither twice, nor out of order, nor with a hole unnoticed. */

export interface Position {
  readonly epoch: number
  readonly seq: number
}

export type Taken<E> =
  | { readonly kind: 'fresh'; readonly firstSeq: number; readonly events: readonly E[] }
  /** Numbers are missing before this frame; nothing was taken. */
  | { readonly kind: 'gap' }
  /** All of it was seen before, or a former owner sent it. */
  | { readonly kind: 'old' }

export class Sequence {
  #position: Position | undefined

  /** The last event seen; undefined before the first welcome. */
  get position(): Position | undefined {
    return this.#position
  }

  reset(position: Position | undefined): void {
    this.#position = position
  }

  /** `seq` is gapless across epochs: a new owner goes on counting where the former one stopped. */
  take<E>(epoch: number, firstSeq: number, events: readonly E[]): Taken<E> {
    const at = this.#position
    if (!at || firstSeq > at.seq + 1) return { kind: 'gap' }
    if (epoch < at.epoch) return { kind: 'old' }
    const lastSeq = firstSeq + events.length - 1
    this.#position = { epoch, seq: Math.max(at.seq, lastSeq) }
    if (lastSeq <= at.seq) return { kind: 'old' }
    return { kind: 'fresh', firstSeq: at.seq + 1, events: events.slice(at.seq + 1 - firstSeq) }
  }

  /** True for unsequenced frames of a former owner. */
  isOld(epoch: number): boolean {
    return this.#position !== undefined && epoch < this.#position.epoch
  }
}
