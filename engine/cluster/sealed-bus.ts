/** A bus whose messages prove that a node of this platform sent them, and only once. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Bus, BusStats, BusListener } from './bus.ts'

/** `sender` (16 bytes), `counter` (8 bytes), seal (16 bytes), then the message. */
const senderBytes = 16
const headBytes = senderBytes + 8
const sealBytes = 16
/** Pairs of sender and channel whose counters are remembered; each start of a node is a new sender. */
const rememberedPairs = 65_536

type Listener = BusListener

interface Channel {
  readonly listeners: Set<Listener>
  readonly subscribed: Promise<() => void>
}

/**
 * Each message is sealed with HMAC-SHA256 over channel, sender and a counter that only grows. A message
 * without a valid seal or from another channel is dropped and counted as forged, one with a counter that
 * its channel has already seen as replayed: so nothing can be made up, changed, moved or repeated by whoever can
 * write to the bus.
 */
export class SealedBus implements Bus {
  readonly #bus: Bus
  readonly #secret: Uint8Array
  readonly #sender: Buffer
  readonly #seen = new Map<string, bigint>()
  readonly #channels = new Map<string, Channel>()
  #counter = 0n
  #forged = 0
  #replayed = 0

  /** `sender` is a fresh UUID of each start of a node. */
  constructor(bus: Bus, secret: Uint8Array, sender: string) {
    this.#bus = bus
    this.#secret = secret
    this.#sender = Buffer.from(sender.replaceAll('-', ''), 'hex')
    if (this.#sender.length !== senderBytes) throw new TypeError('the sender must be a UUID')
  }

  get stats(): BusStats {
    return { ...this.#bus.stats, forged: this.#forged, replayed: this.#replayed }
  }

  publish(channel: string, message: Uint8Array): void {
    const head = Buffer.alloc(headBytes)
    head.set(this.#sender)
    head.writeBigUInt64BE((this.#counter += 1n), senderBytes)
    const seal = this.#seal(channel, head, message)
    this.#bus.publish(channel, Buffer.concat([head, seal, message]))
  }

  async subscribe(channel: string, listener: Listener): Promise<() => void> {
    // One subscription a channel: a second one would take the first one's messages for repetitions.
    let entry = this.#channels.get(channel)
    if (!entry) {
      const listeners = new Set<Listener>()
      const subscribed = this.#bus.subscribe(channel, (bytes) =>
        this.#receive(channel, listeners, bytes),
      )
      this.#channels.set(channel, (entry = { listeners, subscribed }))
    }
    const { listeners, subscribed } = entry
    listeners.add(listener)
    const end = await subscribed
    return () => {
      listeners.delete(listener)
      if (listeners.size || this.#channels.get(channel)?.listeners !== listeners) return
      this.#channels.delete(channel)
      end()
    }
  }

  onGap(listener: () => void): () => void {
    return this.#bus.onGap(listener)
  }

  close(): Promise<void> {
    return this.#bus.close()
  }

  #receive(channel: string, listeners: ReadonlySet<Listener>, bytes: Uint8Array): void {
    const message = this.#open(channel, bytes)
    if (message === 'forged') this.#forged += 1
    else if (message === 'replayed') this.#replayed += 1
    else for (const listener of listeners) listener(message, senderOf(bytes))
  }

  #open(channel: string, bytes: Uint8Array): Uint8Array | 'forged' | 'replayed' {
    if (bytes.length < headBytes + sealBytes) return 'forged'
    const head = Buffer.from(bytes.subarray(0, headBytes))
    const seal = bytes.subarray(headBytes, headBytes + sealBytes)
    const message = bytes.subarray(headBytes + sealBytes)
    if (!timingSafeEqual(seal, this.#seal(channel, head, message))) return 'forged'
    const pair = `${head.toString('latin1', 0, senderBytes)} ${channel}`
    const counter = head.readBigUInt64BE(senderBytes)
    if (counter <= (this.#seen.get(pair) ?? 0n)) return 'replayed'
    this.#seen.delete(pair) // the most recent stand at the end
    this.#seen.set(pair, counter)
    if (this.#seen.size > rememberedPairs) this.#seen.delete(this.#seen.keys().next().value!)
    return message
  }

  #seal(channel: string, head: Uint8Array, message: Uint8Array): Buffer {
    const hmac = createHmac('sha256', this.#secret)
    return hmac.update(`${channel}\0`).update(head).update(message).digest().subarray(0, sealBytes)
  }
}

/** The UUID that the sender was made with. */
function senderOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, senderBytes)).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
