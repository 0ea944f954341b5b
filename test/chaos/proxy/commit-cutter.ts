/** Reads Postgres' protocol far enough to let a COMMIT through and lose its answer: applied, but nobody knows. */

import type { Tap } from './tcp-proxy.ts'

/** Bytes of a message before its body: a type, and a length that counts itself. */
const headBytes = 5
const sslRequest = 80_877_103
/** Of a query, as much as tells what it is. */
const shownBytes = 16

export class CommitCutter {
  /** Commits that took effect and whose answer was lost. */
  applied = 0
  #armed = 0
  #waiting = 0
  #silent = false

  /**
   * The answers to the next `count` commits are lost, each with its connection: it is cut, or stays and says
   * nothing more.
   */
  arm(count: number, silent = false): void {
    this.#armed += count
    this.#silent = silent
  }

  /** Commits to come, or on their way, whose answers will be lost. */
  get pending(): number {
    return this.#armed + this.#waiting
  }

  /** For `TcpProxy`. */
  readonly tap = (cut: () => void): Tap => {
    const reader = new FrontendReader()
    let pending = false
    let mute = false
    let answer = ''
    const end = (): void => {
      if (pending) this.#waiting -= 1
      pending = false
    }
    return {
      end,
      up: (bytes) => {
        const commits = reader.read(bytes).some((text) => /^\s*commit\b/i.test(text))
        if (commits && !pending && this.#armed > 0) {
          this.#armed -= 1
          this.#waiting += 1
          pending = true
        }
        return true
      },
      down: (bytes) => {
        if (!pending) return !mute
        answer = (answer + bytes.toString('latin1')).slice(-4_096)
        const committed = answer.includes('COMMIT\0')
        if (committed) this.applied += 1
        mute = committed && this.#silent
        if (mute) end()
        else if (committed || answer.includes('ROLLBACK\0')) cut()
        return false
      },
    }
  }
}

/** Yields the beginnings of simple queries. The first message of a connection has no type. */
class FrontendReader {
  #rest: Buffer = Buffer.alloc(0)
  #skip = 0
  #started = false

  read(bytes: Buffer): string[] {
    const texts: string[] = []
    let data = this.#rest.length ? Buffer.concat([this.#rest, bytes]) : bytes
    for (;;) {
      const skipped = Math.min(this.#skip, data.length)
      this.#skip -= skipped
      data = data.subarray(skipped)
      if (!this.#started) {
        if (data.length < 8) break
        this.#skip = data.readInt32BE(0)
        this.#started = data.readInt32BE(4) !== sslRequest
        continue
      }
      if (data.length < headBytes) break
      const body = data.readInt32BE(1) - 4
      const isQuery = data[0] === 0x51 // Q
      const shown = Math.min(body, shownBytes)
      if (isQuery && data.length < headBytes + shown) break
      if (isQuery) texts.push(data.toString('latin1', headBytes, headBytes + shown))
      this.#skip = headBytes + body
    }
    this.#rest = Buffer.from(data)
    return texts
  }
}
