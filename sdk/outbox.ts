/** Commands on their way: kept until answered, sent again under the same id after a reconnect. */

import type { Answer, Command } from '../engine/wire/messages.ts'
import type { OutgoingStatus } from './client.ts'
import type { Platform } from './platform.ts'
import { RejectError } from './reject-error.ts'

/**
 * - `line`: ordered, one in flight at a time; waits for the connection.
 * - `command`: waits for the connection; any number in flight.
 * - `gift`: never waits; sent again only when it had been sent and its outcome is unknown.
 */
export type Policy = 'line' | 'command' | 'gift'

export interface Sent<T> {
  /** Of a line that waits it may still change. */
  readonly id: string
  readonly status: OutgoingStatus
  readonly answer: Promise<T>
}

interface Entry {
  id: string
  readonly name: string
  readonly input: unknown
  readonly policy: Policy
  readonly answer: Promise<any>
  status: OutgoingStatus
  /** It left this device at least once, so it may have taken effect. */
  left: boolean
  settle(error: RejectError | undefined, data?: unknown): void
}

export interface OutboxOptions {
  /** Lines that may wait; one more rejects with `queue_full`. */
  maxLines?: number
  maxCommands?: number
  deadlineMs?: Partial<Record<Policy, number>>
}

const deadlines: Record<Policy, number> = { line: 30_000, command: 15_000, gift: 30_000 }

/** A longer wait is told to the app instead. */
const maxPatienceMs = 5_000

export class Outbox {
  readonly #platform: Platform
  readonly #send: (command: Command) => void
  readonly #newId: () => string
  readonly #options: Required<OutboxOptions>
  /** In the order of asking. */
  #entries = new Map<string, Entry>()
  #online = false
  #closed: RejectError | undefined

  constructor(
    platform: Platform,
    send: (command: Command) => void,
    newId: () => string,
    options: OutboxOptions = {},
  ) {
    this.#platform = platform
    this.#newId = newId
    this.#send = send
    this.#options = { maxLines: 20, maxCommands: 200, deadlineMs: {}, ...options }
  }

  get size(): number {
    return this.#entries.size
  }

  /** An id that is under way is asked once: the second caller gets the same answer. */
  ask<T>(policy: Policy, name: string, input: unknown, id: string): Sent<T> {
    const pending = this.#entries.get(id)
    if (pending) return pending
    const entry = this.#enter(policy, name, input, id)
    const refusal = this.#refusal(policy)
    if (refusal) entry.settle(refusal)
    else {
      this.#entries.set(id, entry)
      this.#pump()
    }
    return entry
  }

  /** What had been sent may have been lost with the connection: the same id makes it safe to repeat. */
  online(): void {
    this.#online = true
    const entries = [...this.#entries.values()]
    for (const entry of entries) {
      entry.status = 'queued'
      // A room that crashed meanwhile refuses ids from before; a line that never left may get a new one.
      if (entry.policy === 'line' && !entry.left) entry.id = this.#newId()
    }
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]))
    this.#pump()
  }

  offline(): void {
    this.#online = false
  }

  answered(answer: Answer): void {
    const entry = this.#entries.get(answer[0])
    if (!entry) return
    if (answer.length === 3) return entry.settle(undefined, answer[2])
    const [id, code, message, data, retry] = answer
    const waitMs = repeatAfterMs(code, data)
    if (waitMs !== undefined) return this.#again(entry, waitMs)
    if (entry.policy === 'gift' && undecided.has(code)) return entry.settle(outcomeUnknown(id))
    entry.settle(new RejectError(code, message, { data, retry }))
  }

  /** Rejects all that waits, and everything asked later. */
  close(reason: RejectError): void {
    this.#closed = reason
    this.#online = false
    for (const entry of this.#entries.values()) entry.settle(reason)
  }

  #refusal(policy: Policy): RejectError | undefined {
    if (this.#closed) return this.#closed
    if (policy === 'gift' && !this.#online)
      return new RejectError('offline', 'The room is not connected; nothing was paid.', {
        retry: 'retry',
      })
    const limit = policy === 'line' ? this.#options.maxLines : this.#options.maxCommands
    let waiting = 0
    for (const entry of this.#entries.values())
      if ((entry.policy === 'line') === (policy === 'line')) waiting++
    return waiting < limit
      ? undefined
      : new RejectError('queue_full', 'Too much is waiting to be sent; try again in a moment.', {
          retry: 'retry',
        })
  }

  #pump(): void {
    let lineInFlight = false
    for (const entry of this.#entries.values()) {
      if (!this.#online) return
      if (entry.policy === 'line') {
        if (lineInFlight) continue
        lineInFlight = true
      }
      if (entry.status !== 'queued') continue
      entry.status = 'sending'
      entry.left = true
      this.#send([entry.id, entry.name, entry.input])
    }
  }

  /** Sends the same id again; its deadline goes on running. */
  #again(entry: Entry, waitMs: number): void {
    this.#platform.after(waitMs + Math.floor(this.#platform.random() * 200), () => {
      if (this.#entries.get(entry.id) !== entry || entry.status !== 'sending') return
      entry.status = 'queued'
      this.#pump()
    })
  }

  #enter(policy: Policy, name: string, input: unknown, id: string): Entry {
    let resolve: (value: any) => void
    let reject: (error: RejectError) => void
    const answer = new Promise<any>((yes, no) => {
      resolve = yes
      reject = no
    })
    let cancel = (): void => {}
    const entry: Entry = {
      id,
      name,
      input,
      policy,
      answer,
      status: 'queued',
      left: false,
      settle: (error, data) => {
        cancel()
        this.#entries.delete(entry.id)
        entry.status = error ? 'failed' : 'sent'
        if (error) reject(error)
        else resolve(data)
        this.#pump()
      },
    }
    cancel = this.#platform.after(this.#options.deadlineMs[policy] ?? deadlines[policy], () =>
      entry.settle(tooLate(policy, entry.left, entry.id)),
    )
    return entry
  }
}

/**
 * How long to wait where sending the same id again is all there is to do: the room moves to another owner,
 * its database is away, or it is asked too fast. Undefined for refusals that the app must hear.
 */
function repeatAfterMs(code: string, data: Readonly<Record<string, unknown>>): number | undefined {
  if (code === 'room.lost') return 100
  if (ownerless.has(code)) return 400
  if (!timed.has(code)) return undefined
  const wait = data['retryInMs']
  return typeof wait === 'number' && wait <= maxPatienceMs ? wait : undefined
}

/** They tell when to come back. */
const timed: ReadonlySet<string> = new Set(['rate_limited', 'busy', 'unavailable'])

/** Not said by the room, which knows a gift that it was given before: it may be paid, by this try or by another. */
const undecided: ReadonlySet<string> = new Set(['internal', 'unavailable', 'busy'])

/** Nobody owns the room right now: its node stops, has lost its lease, or is dead. */
const ownerless: ReadonlySet<string> = new Set([
  'node.fenced',
  'node.silent',
  'draining',
  'room.elsewhere',
])

function tooLate(policy: Policy, sent: boolean, id: string): RejectError {
  if (!sent)
    return new RejectError('expired', 'It waited too long for a connection and was not sent.', {
      retry: 'retry',
      data: { id },
    })
  if (policy === 'gift') return outcomeUnknown(id)
  return new RejectError('timeout', 'No answer came; the same call with the same id is safe.', {
    retry: 'retry',
    data: { id },
  })
}

function outcomeUnknown(key: string): RejectError {
  return new RejectError(
    'outcome_unknown',
    'No sure answer came; send the same gift with the same key to learn what became of it.',
    { retry: 'retry', data: { key } },
  )
}
