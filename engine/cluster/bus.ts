/** The port between nodes: messages on named channels, quick and forgetful. */

/**
 * At most once, and in the order of each sender. Nothing durable rides on it: whoever needs to be sure
 * numbers its messages and asks again. Implementations: memory and Redis, under one contract suite.
 */
export interface Bus {
  /** Queues one message for all who subscribe to the channel, here and on other nodes. Never throws. */
  publish(channel: string, message: Uint8Array): void
  /** Resolves once what is sent from then on arrives; the result ends it. */
  subscribe(channel: string, listener: BusListener): Promise<() => void>
  /** Told when messages to this node may have been lost; the result ends it. */
  onGap(listener: () => void): () => void
  readonly stats: Readonly<BusStats>
  close(): Promise<void>
}

/** `sender`: the incarnation of the node that sent it, where the bus can prove it. */
export type BusListener = (message: Uint8Array, sender?: string) => void

/** Counters since the start. */
export interface BusStats {
  sent: number
  received: number
  /** Not sent, because the bus was away or its queue full. */
  dropped: number
  /** Of those: because the queue was full. */
  full: number
  /** Received without a valid seal. */
  forged: number
  /** Received sealed, but before. */
  replayed: number
  /** Times that messages to this node may have been lost. */
  gaps: number
}

export function newBusStats(): BusStats {
  return { sent: 0, received: 0, dropped: 0, full: 0, forged: 0, replayed: 0, gaps: 0 }
}
