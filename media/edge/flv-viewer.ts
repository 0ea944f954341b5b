/** One HTTP-FLV viewer: gets a stream's chunks, as many as its connection takes. */

import type { ServerResponse } from 'node:http'
import type { Chunk, Feed, FeedListener } from '../stream/feed.ts'

export interface ViewerLimits {
  /** Unsent bytes above which chunks are left out, up to a keyframe after the connection caught up. */
  skipBytes: number
  /** Unsent bytes that a viewer may have for `patienceMs` at most. */
  dropBytes: number
  /** How long a viewer may take nothing at all, or stay above `dropBytes`. */
  patienceMs: number
}

/** `left` by itself, `ended` with the stream, `slow` because it took too little. */
export type ViewerExit = 'left' | 'ended' | 'slow'

/** Time for the rest of the buffer to go out after the end. */
const lingerMs = 10_000

/**
 * Chunks are shared by all viewers, so a slow one costs references, not copies, and no more of them
 * than `skipBytes` and one group of pictures hold.
 */
export class FlvViewer implements FeedListener {
  readonly #response: ServerResponse
  readonly #feed: Feed
  readonly #limits: ViewerLimits
  readonly #onSkip: () => void
  readonly #unlisten: () => void
  #opened = false
  #skipping = false
  #unsent = 0
  /** Bytes written since `#unsent` was read. */
  #added = 0
  /** Since when nothing was taken while something was waiting. */
  #stuckSince: number | undefined
  #overSince: number | undefined
  #exit: ViewerExit | undefined

  constructor(
    response: ServerResponse,
    feed: Feed,
    limits: ViewerLimits,
    on: { skip(): void; exit(exit: ViewerExit): void },
  ) {
    this.#response = response
    this.#feed = feed
    this.#limits = limits
    this.#onSkip = on.skip
    response.once('close', () => {
      this.#unlisten()
      on.exit(this.#exit ?? 'left')
    })
    response.on('error', () => response.destroy())
    response.socket?.cork()
    for (const chunk of feed.recent()) this.#write(chunk)
    response.socket?.uncork()
    this.#unlisten = feed.listen(this)
  }

  chunk(chunk: Chunk): void {
    if (!this.#keepsUp()) return
    if (this.#skipping) {
      if (!chunk.key || this.#unsent > this.#limits.skipBytes / 2) return
      this.#skipping = false
      this.#send(this.#feed.configs())
    } else if (this.#opened && this.#unsent > this.#limits.skipBytes) {
      this.#skipping = true
      this.#onSkip()
      return
    }
    this.#write(chunk)
  }

  /** The response stays open: a publisher that comes back goes on in the same stream. */
  interrupted(): void {}

  ended(): void {
    this.#exit ??= 'ended'
    this.#response.end()
    setTimeout(() => this.#response.destroy(), lingerMs).unref()
  }

  #write(chunk: Chunk): void {
    if (!this.#opened) {
      if (!chunk.key) return
      this.#opened = true
      this.#send(this.#feed.opening())
    }
    this.#send(chunk.data)
  }

  #send(data: Buffer): void {
    this.#response.write(data)
    this.#added += data.length
  }

  #keepsUp(): boolean {
    const now = performance.now()
    const unsent = this.#response.writableLength
    const taken = this.#unsent + this.#added - unsent
    this.#unsent = unsent
    this.#added = 0
    this.#stuckSince = unsent > 0 && taken <= 0 ? (this.#stuckSince ?? now) : undefined
    this.#overSince = unsent > this.#limits.dropBytes ? (this.#overSince ?? now) : undefined
    const since = Math.min(this.#stuckSince ?? now, this.#overSince ?? now)
    if (now - since < this.#limits.patienceMs) return true
    this.#exit = 'slow'
    this.#response.destroy()
    return false
  }
}
