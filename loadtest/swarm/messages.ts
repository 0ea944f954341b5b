/** What a swarm's driver and its workers say to each other. */

import type { WireEvent } from '../../engine/wire/messages.ts'
import type { PortableCounts } from './counts.ts'

/** Where seats come from: servers asked in turn over HTTP, or the driver, which signs them itself. */
export type SeatSource =
  | {
      /** `http://host:port` of each; the next one is asked where one fails. */
      readonly endpoints: readonly string[]
      /** Access tokens, socket by socket; without one the sockets are guests. */
      readonly tokens?: readonly string[]
    }
  | 'driver'

export interface GroupSpec {
  readonly group: number
  /** Room key, e.g. `live_01j…`. */
  readonly room: string
  /** Numbers of the sockets within the group. */
  readonly first: number
  readonly count: number
  readonly seats: SeatSource
  /** New sockets a second of this worker. */
  readonly rate: number
  readonly reconnect: boolean
  /** Every frame is kept, for `Swarm.witnesses`. */
  readonly witness: boolean
}

export interface LoadSpec {
  readonly group: number
  readonly name: string
  /** `{n}` in its texts becomes a number that grows with each command of this worker. */
  readonly input: Readonly<Record<string, unknown>>
  /** Of this worker. Commands are due at even times, whether or not answers come. */
  readonly perSecond: number
  readonly forMs: number
}

export type ToWorker =
  | { readonly type: 'start'; readonly network: number }
  | { readonly type: 'join'; readonly spec: GroupSpec }
  | {
      readonly type: 'seats'
      readonly group: number
      readonly urls: Readonly<Record<number, string | undefined>>
    }
  | { readonly type: 'load'; readonly id: number; readonly spec: LoadSpec }
  | { readonly type: 'mark'; readonly epochAbove: number; readonly since: number }
  | { readonly type: 'drop'; readonly group: number; readonly share: number }
  | {
      readonly type: 'read'
      readonly id: number
      readonly what: 'counts' | 'commands' | 'witnesses'
      /** Undefined: of all. */
      readonly group: number | undefined
    }
  | { readonly type: 'stop' }

export type FromWorker =
  | { readonly type: 'ready'; readonly pid: number }
  | { readonly type: 'joined'; readonly group: number; readonly failed: number }
  | { readonly type: 'need'; readonly group: number; readonly sockets: readonly number[] }
  | { readonly type: 'loaded'; readonly id: number }
  | {
      readonly type: 'answer'
      readonly id: number
      readonly value: PortableCounts | readonly SentCommand[] | readonly Witness[]
    }

/** A command's fate. */
export interface SentCommand {
  readonly id: string
  readonly name: string
  readonly group: number
  readonly socket: number
  /** When it should have been sent, and when it was answered; ms since 1970. */
  readonly dueAt: number
  readonly answeredAt: number | undefined
  /** `ok`, the code of the refusal, or undefined where no answer came. */
  readonly code: string | undefined
  readonly data: unknown
  /** Times that it was sent. */
  readonly tries: number
}

/** All that one socket got, as it came. */
export interface Witness {
  readonly group: number
  readonly socket: number
  readonly frames: readonly WitnessFrame[]
}

export type WitnessFrame =
  | {
      readonly lane: 'must' | 'should' | 'may'
      readonly epoch: number
      readonly firstSeq: number
      readonly events: readonly WireEvent[]
      readonly shed: number
      /** ms since 1970. */
      readonly at: number
    }
  | { readonly lane: 'welcome'; readonly welcome: unknown; readonly at: number }
