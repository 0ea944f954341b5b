/** A viewer of a stream: pulls HTTP-FLV, reads the heads of its tags and notes what a player would mind. */

import { get, type ClientRequest } from 'node:http'
import type { Figures } from './figures.ts'

const fileHead = 9
const tagHead = 11
/** Of a tag's body: what tells a codec's configuration, which has no time of its own, from a picture. */
const bodyHead = 2
/** The size of the tag, again, behind it. */
const tagFoot = 4
const videoTag = 9
/** A player with so little buffer stops, ms. */
const stallMs = 1_000

export class FlvPuller {
  /** What no stream may do. */
  readonly faults: string[] = []
  /** Tags read so far. */
  tags = 0
  readonly #url: string
  readonly #figures: Figures
  readonly #delaySeconds: number
  #request: ClientRequest | undefined
  #timer: NodeJS.Timeout | undefined
  #askedAt = 0
  #lastAt = 0
  #lastTime = -1
  #rest = Buffer.alloc(0)
  /** Bytes of the tag under way that are not here yet. */
  #skip = 0
  #open = false

  constructor(url: string, figures: Figures, delaySeconds: number) {
    this.#url = url
    this.#figures = figures
    this.#delaySeconds = delaySeconds
  }

  start(): void {
    this.#timer = setTimeout(() => this.#pull(), this.#delaySeconds * 1_000)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#request?.destroy()
  }

  #pull(): void {
    this.#askedAt = performance.now()
    this.#request = get(this.#url, { agent: false }, (answer) => {
      if (answer.statusCode !== 200) {
        this.faults.push(`the answer was ${answer.statusCode}`)
        return void answer.resume()
      }
      this.#lastAt = performance.now()
      answer.on('data', (bytes: Buffer) => this.#read(bytes))
      answer.on('end', () => this.faults.push('the stream ended'))
      answer.on('error', () => undefined)
    })
    this.#request.on('error', () => this.#figures.count('flv.errors'))
  }

  #read(bytes: Buffer): void {
    const now = performance.now()
    if (this.tags && now - this.#lastAt > stallMs) {
      this.#figures.count('flv.stalls')
      this.#figures.time('flv.stall', now - this.#lastAt)
    }
    this.#lastAt = now
    this.#figures.count('flv.bytes', bytes.length)
    let at = Math.min(this.#skip, bytes.length)
    this.#skip -= at
    if (this.#skip) return
    const data = this.#rest.length ? Buffer.concat([this.#rest, bytes.subarray(at)]) : bytes
    if (this.#rest.length) at = 0
    this.#rest = Buffer.alloc(0)
    for (;;) {
      const head = this.#open ? tagHead + bodyHead : fileHead + tagFoot
      if (data.length - at < head) break
      if (!this.#open) {
        if (data.toString('latin1', at, at + 3) !== 'FLV') this.faults.push('this is no FLV')
        this.#open = true
        at += head
        continue
      }
      const size = data.readUIntBE(at + 1, 3)
      const isConfig = data[at + tagHead + 1] === 0
      if (!isConfig)
        this.#tag(data[at]! & 0x1f, data.readUIntBE(at + 4, 3) + data[at + 7]! * 2 ** 24, now)
      const end = at + tagHead + size + tagFoot
      if (end > data.length) {
        this.#skip = end - data.length
        return
      }
      at = end
    }
    this.#rest = Buffer.from(data.subarray(at))
  }

  /** `time` is the tag's, ms of the stream. */
  #tag(type: number, time: number, now: number): void {
    if (type !== videoTag) return
    if (!this.tags) this.#figures.time('flv.first', now - this.#askedAt)
    this.tags += 1
    this.#figures.count('flv.tags')
    if (time < this.#lastTime) this.faults.push(`time ${time} came after ${this.#lastTime}`)
    this.#lastTime = time
  }
}
