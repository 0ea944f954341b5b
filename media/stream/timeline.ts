/** Turns a publisher's timestamps into one timeline that only goes forward. */

type Kind = 'audio' | 'video'

/** A step further than this is taken as a new clock of the publisher, not as passed time. */
const maxStepMs = 10_000
const maxStepBackMs = 1_000
/** Distance put between the last packet and the first under a new clock. */
const seamMs = 20

/**
 * One timeline for a stream's whole life: it starts at 0, goes on without a hole when another
 * publisher session takes over, and never goes back within audio or within video. Viewers and the
 * packager depend on that, whatever a publisher sends.
 */
export class Timeline {
  #offset: number | undefined
  #end = 0
  #last = { audio: -1, video: -1 }

  /** Where the next packet of the same clock may continue, in ms. */
  get end(): number {
    return this.#end
  }

  /** The next packet comes from a new clock. */
  restart(): void {
    this.#offset = undefined
  }

  /** Position of a packet that the publisher stamped with `time`, in ms. */
  place(kind: Kind, time: number): number {
    let at = this.#offset === undefined ? NaN : time + this.#offset
    if (!(at <= this.#end + maxStepMs && at >= this.#end - maxStepBackMs)) {
      at = this.#started ? this.#end + seamMs : 0
      this.#offset = at - time
    }
    at = Math.max(at, this.#last[kind], 0)
    this.#last[kind] = at
    this.#end = Math.max(this.#end, at)
    return at
  }

  get #started(): boolean {
    return this.#last.audio >= 0 || this.#last.video >= 0
  }
}
