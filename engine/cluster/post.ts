/** Questions and answers between nodes, over the bus. */

import { busy, RoomError, type Retry } from '../kernel/room-error.ts'
import { decodeState, encodeState } from '../kernel/snapshot-codec.ts'
import type { Bus } from './bus.ts'

/** What a node can be asked. Rejects with RoomError to refuse. */
export type PostHandler = (payload: any, from: string) => Promise<unknown>

export interface PostOptions {
  readonly bus: Bus
  /** This node's id; its channel is `node:<id>`. */
  readonly node: string
  /** Runs `task` after `ms`; the result cancels it. */
  readonly after: (ms: number, task: () => void) => () => void
  /** Runs `task` when all that is said in this turn has been said. Default: setImmediate. */
  readonly defer?: ((task: () => void) => void) | undefined
  readonly defect: (error: unknown, where: string) => void
  /** A question without an answer is given up after so many ms. */
  readonly timeoutMs?: number
  /** Questions under way at once, to all nodes; more are refused as busy. */
  readonly maxOpen?: number
}

type Envelope =
  | readonly ['ask', id: number, topic: string, payload: unknown]
  | readonly ['ok', id: number, answer: unknown]
  | readonly [
      'no',
      id: number,
      code: string,
      message: string,
      data: Record<string, unknown>,
      retry: Retry,
    ]

interface Question {
  readonly node: string
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: RoomError) => void
  readonly cancel: () => void
}

/**
 * What is sent to one node in one turn travels as one message. At most once: who gets no answer does
 * not know whether the question arrived, so questions that change something carry a command id.
 */
export class Post {
  readonly #options: PostOptions
  readonly #handlers = new Map<string, PostHandler>()
  readonly #open = new Map<number, Question>()
  readonly #outgoing = new Map<string, Envelope[]>()
  /** Starts anywhere: an answer that is late for a former process of this node fits no question of this one. */
  #last = Math.floor(Math.random() * 2 ** 52)
  #flushing = false
  #end: (() => void) | undefined

  constructor(options: PostOptions) {
    this.#options = options
  }

  /** Declares what `topic` does here. Before `start`. */
  on(topic: string, handler: PostHandler): void {
    this.#handlers.set(topic, handler)
  }

  async start(): Promise<void> {
    const { bus, node } = this.#options
    this.#end = await bus.subscribe(`node:${node}`, (message) => this.#receive(message))
  }

  /** Rejects with the other node's RoomError, or `node.silent` when no answer comes in time. */
  ask<T = unknown>(
    node: string,
    topic: string,
    payload: unknown,
    timeoutMs = this.#options.timeoutMs ?? 3_000,
  ): Promise<T> {
    const { after, maxOpen = 50_000 } = this.#options
    if (this.#open.size >= maxOpen) return Promise.reject(busy())
    const id = (this.#last += 1)
    return new Promise<T>((resolve, reject) => {
      const cancel = after(timeoutMs, () => {
        this.#open.delete(id)
        reject(silent(node))
      })
      this.#open.set(id, { node, resolve: resolve as (answer: unknown) => void, reject, cancel })
      this.#send(node, ['ask', id, topic, payload])
    })
  }

  /** The node is gone: what it was asked is given up at once. */
  drop(node: string): void {
    for (const [id, question] of this.#open) if (question.node === node) this.#giveUp(id, question)
  }

  stop(): void {
    this.#end?.()
    for (const [id, question] of this.#open) this.#giveUp(id, question)
  }

  #giveUp(id: number, { node, cancel, reject }: Question): void {
    this.#open.delete(id)
    cancel()
    reject(silent(node))
  }

  #send(node: string, envelope: Envelope): void {
    const waiting = this.#outgoing.get(node)
    if (waiting) waiting.push(envelope)
    else this.#outgoing.set(node, [envelope])
    if (this.#flushing) return
    this.#flushing = true
    const { defer = setImmediate } = this.#options
    defer(() => this.#flush())
  }

  #flush(): void {
    this.#flushing = false
    const { bus, node: from } = this.#options
    for (const [node, envelopes] of this.#outgoing) {
      bus.publish(`node:${node}`, encodeState([from, envelopes]))
    }
    this.#outgoing.clear()
  }

  #receive(message: Uint8Array): void {
    try {
      const [from, envelopes] = decodeState<[string, Envelope[]]>(message)
      for (const envelope of envelopes) this.#take(from, envelope)
    } catch (error) {
      this.#options.defect(error, 'a message of another node')
    }
  }

  #take(from: string, envelope: Envelope): void {
    if (envelope[0] === 'ask') return void this.#answer(from, envelope[1], envelope[2], envelope[3])
    const question = this.#open.get(envelope[1])
    if (!question) return // given up meanwhile
    this.#open.delete(envelope[1])
    question.cancel()
    if (envelope[0] === 'ok') return question.resolve(envelope[2])
    const [, , code, message, data, retry] = envelope
    question.reject(new RoomError(code, message, { data, retry }))
  }

  async #answer(from: string, id: number, topic: string, payload: unknown): Promise<void> {
    try {
      const handler = this.#handlers.get(topic)
      if (!handler)
        throw new RoomError('node.unknown_topic', `This node knows nothing of ${topic}.`)
      this.#send(from, ['ok', id, await handler(payload, from)])
    } catch (error) {
      const known = error instanceof RoomError ? error : undefined
      if (!known) this.#options.defect(error, topic)
      const { code, message, data, retry } = known ?? internal
      this.#send(from, ['no', id, code, message, data, retry])
    }
  }
}

const internal = new RoomError('internal', 'The other node failed.', { retry: 'retry' })

function silent(node: string): RoomError {
  return new RoomError('node.silent', `Node ${node} does not answer.`, {
    retry: 'retry',
    data: { node },
  })
}
