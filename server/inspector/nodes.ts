/** The port through which the inspector sees nodes: the local one, or all of a cluster. */

import type { Asker } from '../../engine/kernel/context.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type {
  NodeAction,
  NodeRow,
  RoomAction,
  RoomDetail,
  RoomPast,
  RoomRow,
  RoomSort,
  RoomTrace,
} from './inspector.protocol.ts'

export interface RoomQuery {
  readonly kind?: string | undefined
  /** Lower case; rooms whose key contains it, and those of `keys`. */
  readonly text?: string | undefined
  readonly keys?: readonly RoomKey[] | undefined
  readonly sort: RoomSort
  /** Value and key of the last row of the page before. */
  readonly after?: readonly [number | string, RoomKey] | undefined
  readonly limit: number
}

export interface RoomsFound {
  /** The nodes that answered, and those that did not in time. */
  readonly nodes: readonly string[]
  readonly missing: readonly string[]
  /** Sorted; one more than `limit` where there are more. */
  readonly rows: readonly RoomRow[]
  readonly total: number
}

/**
 * What concerns one room throws `room.asleep` where no node has it open, and `node.silent` where the one
 * that may have it does not answer.
 */
export interface Nodes {
  list(): Promise<readonly NodeRow[]>
  rooms(query: RoomQuery): Promise<RoomsFound>
  /** The node that leads the room. */
  leader(key: RoomKey): Promise<string>
  room(key: RoomKey): Promise<RoomDetail>
  trace(key: RoomKey, after: string | undefined): Promise<RoomTrace>
  /** Throws `position.unknown`. */
  past(key: RoomKey, seq: number): Promise<RoomPast>
  /** Throws what the room refuses with. */
  act(key: RoomKey, action: RoomAction, input: object, asker: Asker): Promise<void>
  /** Resolves when it has begun. Throws `node.unknown`, or `node.last` where nobody else would take the rooms. */
  manage(node: string, action: NodeAction): Promise<void>
}

export function asleep(): RoomError {
  return new RoomError(
    'room.asleep',
    'No node has this room open now; it opens when somebody enters it.',
    { retry: 'retry' },
  )
}

export function unknownNode(node: string): RoomError {
  return new RoomError('node.unknown', `There is no node ${node} to be heard.`, { data: { node } })
}

/** The value that a row is sorted by. */
export function sortValue(row: RoomRow, sort: RoomSort): number | string {
  switch (sort) {
    case 'audience':
      return row.audience
    case 'sockets':
      return row.sockets
    case 'events':
      return row.eventsPerSecond
    case 'bytes':
      return row.stateBytes ?? 0
    case 'waiting':
      return row.waiting
    case 'key':
      return row.key
  }
}

/** One page of rows from anywhere: figures fall, keys rise. */
export function pageOf(
  rows: readonly RoomRow[],
  query: RoomQuery,
): Omit<RoomsFound, 'nodes' | 'missing'> {
  const { kind, text, sort, after, limit } = query
  const keys = new Set(query.keys)
  const matching = rows.filter(
    (row) =>
      (kind === undefined || row.kind === kind) &&
      (text === undefined || row.key.toLowerCase().includes(text) || keys.has(row.key)),
  )
  const place = (value: number | string, key: RoomKey) => [value, key] as const
  const sorted = matching
    .map((row) => ({ row, place: place(sortValue(row, sort), row.key) }))
    .filter((one) => after === undefined || comesBefore(after, one.place))
    .sort((a, b) => (comesBefore(a.place, b.place) ? -1 : 1))
  return { rows: sorted.slice(0, limit + 1).map(({ row }) => row), total: matching.length }
}

type Place = readonly [number | string, RoomKey]

function comesBefore([a, keyA]: Place, [b, keyB]: Place): boolean {
  if (a === b) return keyA < keyB
  return typeof a === 'number' && typeof b === 'number' ? a > b : a < b
}
