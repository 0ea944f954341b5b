/** What the room inspector tells: nodes, rooms, one room, its events and its past. */

/** Figures of a node, taken when it was asked. */
export interface NodeFigures {
  readonly id: string
  readonly silent: false
  readonly version: string
  readonly transport: string
  readonly uptimeSeconds: number
  /** Load average of the last minute per processor; 1: all of them are busy. */
  readonly load: number
  /** Delay of the event loop in the last seconds, ms. */
  readonly lag: { readonly p50: number; readonly p99: number }
  readonly rssBytes: number
  /** Rooms that it leads, and rooms of others that it relays. */
  readonly rooms: number
  readonly relays: number
  readonly sockets: number
  /** `host[:port][/path]` for clients; absent where all nodes have one address. */
  readonly address?: string
  /** False: it may lead no room now. */
  readonly leaseHeld: boolean
  /** What the database says is left of its lease, ms; absent where it does not say. */
  readonly leaseMs?: number
  /** Takes no new rooms and seats; its rooms go to other nodes. */
  readonly draining: boolean
  /** How long the oldest flush of its journal under way has lasted; where none is, what the last one took, ms. */
  readonly flushMs: number
  /** The rooms with the largest audience; of those that it relays, the sockets here. */
  readonly largest: readonly RoomSquare[]
}

/** A node with a lease, or one that ran out lately, that does not answer. */
export interface SilentNode {
  readonly id: string
  readonly silent: true
  /** What is left of its lease, ms; negative: it ran out so long ago, and others take its rooms. */
  readonly leaseMs?: number
}

export type NodeRow = NodeFigures | SilentNode

export interface RoomSquare {
  readonly key: string
  readonly kind: string
  readonly leader: boolean
  readonly audience: number
}

/** A room, as the node that leads it says. */
export interface RoomRow extends RoomSquare {
  readonly node: string
  readonly epoch: number
  readonly seq: number
  /** Of all nodes, those of relays as they last said. */
  readonly sockets: number
  /** Nodes that relay it. */
  readonly relays: number
  /** Over the last ten seconds. */
  readonly eventsPerSecond: number
  /** Of the newest stored snapshot; absent before the first. */
  readonly stateBytes?: number
  readonly checkpointAgeSeconds?: number
  /** Committed commands that are not answered yet. */
  readonly waiting: number
  /** How long the flush that holds its commands has lasted, or its last one took, ms; absent before the first. */
  readonly flushMs?: number
  /** Texts of users. */
  readonly label?: { readonly title: string; readonly host: string }
}

export const roomSorts = ['audience', 'sockets', 'events', 'bytes', 'waiting', 'key'] as const
export type RoomSort = (typeof roomSorts)[number]

export interface RoomPage {
  /** The nodes that answered. */
  readonly nodes: readonly string[]
  /** Those that did not in time: their rooms are not in the list. */
  readonly missing: readonly string[]
  readonly items: readonly RoomRow[]
  /** Rooms that match. */
  readonly total: number
  readonly next?: string
}

/**
 * A value as a bounded tree. What is no plain JSON is told by `kind`; `size` is the true size, also where
 * `items` has fewer.
 */
export type StateNode =
  | string
  | number
  | boolean
  | null
  | {
      readonly kind: 'object' | 'map' | 'array' | 'set'
      readonly size: number
      readonly items: readonly (readonly [string, StateNode])[]
    }
  | { readonly kind: 'text' | 'bytes'; readonly size: number; readonly text: string }
  | { readonly kind: 'other'; readonly text: string }

export interface RoomEventRow {
  /** Absent outside the must lane. */
  readonly seq?: number
  readonly type: string
  readonly data: StateNode
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface RoomClientRow {
  readonly node: string
  readonly socket: string
  readonly user: string
  readonly name: string
  readonly roles: readonly string[]
  /** Milliseconds since 1970. */
  readonly since: number
}

/** A node that relays a room. */
export interface RelayRow {
  readonly node: string
  readonly sockets: number
  /** Numbered events that the leader had and it had not; absent where it did not answer. */
  readonly behind?: number
}

export interface RoomDetail extends RoomRow {
  /** The nodes that answered for it, its leader first. */
  readonly nodes: readonly string[]
  readonly relayedBy: readonly RelayRow[]
  /** By feature. */
  readonly state: Readonly<Record<string, StateNode>>
  /** The newest arrivals. */
  readonly clients: { readonly total: number; readonly items: readonly RoomClientRow[] }
  readonly timers: readonly {
    readonly key: string
    readonly at: number
    readonly command: string
    readonly input: StateNode
  }[]
  /** Positions whose state can be told. */
  readonly kept: { readonly from: number; readonly to: number }
  /** What this kind of room can be told to do. */
  readonly actions: readonly RoomAction[]
}

export interface RoomTrace {
  /** Pass it as `after` for what comes next. */
  readonly cursor: string
  readonly events: readonly RoomEventRow[]
  /** Events that came and went since `after` and are not here. */
  readonly missed: number
}

/** The state right after the event of this number. */
export interface RoomPast {
  readonly seq: number
  readonly kept: { readonly from: number; readonly to: number }
  readonly state: Readonly<Record<string, StateNode>>
  /** The events around it, oldest first. */
  readonly events: readonly RoomEventRow[]
}

export const roomActions = [
  'mute',
  'unmute',
  'kick',
  'slow',
  'close',
  'suspend',
  'restore',
  'handover',
] as const
export type RoomAction = (typeof roomActions)[number]

/** What each action takes besides the reason. */
export interface RoomActionInputs {
  readonly mute: { readonly user: string; readonly seconds: number }
  readonly unmute: { readonly user: string }
  readonly kick: { readonly user: string; readonly seconds: number }
  readonly slow: { readonly seconds: number }
  /** The room is stored and closed; everybody comes back to it within a second. */
  readonly close: object
  /** The reason is shown to the room. */
  readonly suspend: object
  readonly restore: object
  /** The room is led by that node; sockets of relays stay open. */
  readonly handover: { readonly node: string }
}

/** What a node can be told: to give its rooms to others and take none, and to take rooms again. */
export const nodeActions = ['drain', 'resume'] as const
export type NodeAction = (typeof nodeActions)[number]

/** A seat for one use, and the address of its socket. */
export interface WatchSeat {
  readonly name: string
  readonly sessionId: string
  readonly roomId: string
  readonly processId: string
  readonly publicAddress?: string
  readonly socketUrl: string
}
