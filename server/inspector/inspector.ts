/** What administrators see and do: every look at a room and every deed goes to the audit log first. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Asker } from '../../engine/kernel/context.ts'
import { kindOf, type RoomKey } from '../../engine/kernel/position.ts'
import type { AuditEntry, AuditLog, AuditQuery } from '../../services/audit/audit.ts'
import type { AuditPage, AuditVerdict } from '../../services/audit/audit.protocol.ts'
import type { Caller } from '../../services/route.ts'
import { decodeCursor, encodeCursor } from '../../services/schemas.ts'
import { cleanLine, graphemeCount } from '../../services/text.ts'
import type {
  NodeAction,
  NodeRow,
  RoomAction,
  RoomDetail,
  RoomPage,
  RoomPast,
  RoomSort,
  RoomTrace,
  WatchSeat,
} from './inspector.protocol.ts'
import { sortValue, type Nodes } from './nodes.ts'
import type { RoomLabels } from './room-labels.ts'

export interface InspectorOptions {
  readonly nodes: Nodes
  readonly audit: AuditLog
  readonly labels: Pick<RoomLabels, 'of' | 'matching'>
  /** A seat on the node that has room for it. */
  readonly issue: (room: RoomKey, asker: Asker, seat: { session: string }) => Promise<WatchPlace>
  readonly now?: () => number
}

export interface RoomListQuery {
  readonly kind?: string | undefined
  readonly q?: string | undefined
  readonly sort: RoomSort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** A seat before anybody knows under which address it was asked for. */
export type WatchPlace = Omit<WatchSeat, 'socketUrl'>

/** One row a minute tells that an admin looks at a room, or at a list. */
const readMs = 60_000

export class Inspector {
  readonly #audit: AuditLog
  readonly #nodes: Nodes
  readonly #labels: InspectorOptions['labels']
  readonly #issue: InspectorOptions['issue']
  readonly #now: () => number
  /** By admin and what is looked at: when the look was told, and whether that is written. */
  readonly #reads = new Map<string, { at: number; written: Promise<void> }>()

  constructor({ nodes, audit, labels, issue, now = Date.now }: InspectorOptions) {
    this.#audit = audit
    this.#nodes = nodes
    this.#labels = labels
    this.#issue = issue
    this.#now = now
  }

  async nodes(admin: Asker): Promise<readonly NodeRow[]> {
    await this.#looked(admin, 'nodes.read', 'cluster')
    return this.#nodes.list()
  }

  async audit(admin: Asker, query: AuditQuery): Promise<AuditPage> {
    await this.#looked(admin, 'audit.read', 'audit')
    return this.#audit.list(query)
  }

  async verifyAudit(admin: Asker): Promise<AuditVerdict> {
    await this.#looked(admin, 'audit.verify', 'audit')
    return this.#audit.verify()
  }

  /** Throws `invalid` for a cursor of another list. */
  async rooms(admin: Asker, { kind, q, sort, cursor, limit }: RoomListQuery): Promise<RoomPage> {
    await this.#looked(admin, 'rooms.read', 'cluster')
    const text = cleanLine(q ?? '').toLowerCase() || undefined
    const keys = text === undefined ? undefined : await this.#labels.matching(text)
    const after = cursor === undefined ? undefined : readCursor(cursor, sort)
    const found = await this.#nodes.rooms({ kind, text, keys, sort, after, limit })
    const rows = found.rows.slice(0, limit)
    const labels = await this.#labels.of(rows.map(({ key }) => key))
    const items = rows.map((row) => {
      const label = labels.get(row.key)
      return label ? { ...row, label } : row
    })
    const last = items.at(-1)
    const more = found.rows.length > limit && last
    return {
      nodes: found.nodes,
      missing: found.missing,
      items,
      total: found.total,
      ...(more && { next: encodeCursor([sort, sortValue(last, sort), last.key]) }),
    }
  }

  /** Throws `room.asleep`, as all that concerns one room. */
  async room(admin: Asker, key: RoomKey): Promise<RoomDetail> {
    await this.#looked(admin, 'room.read', key)
    const [detail, labels] = await Promise.all([this.#nodes.room(key), this.#labels.of([key])])
    const label = labels.get(key)
    return label ? { ...detail, label } : detail
  }

  async trace(admin: Asker, key: RoomKey, after: string | undefined): Promise<RoomTrace> {
    await this.#looked(admin, 'room.read', key)
    return this.#nodes.trace(key, after)
  }

  /** Throws `position.unknown`. */
  async past(admin: Asker, key: RoomKey, seq: number): Promise<RoomPast> {
    await this.#looked(admin, 'room.read', key)
    return this.#nodes.past(key, seq)
  }

  /** Told before it is done, so that nothing is done untold; what comes to nothing gets a second row. */
  async act(
    admin: Asker,
    key: RoomKey,
    action: RoomAction,
    input: Readonly<Record<string, unknown>>,
    why: string,
  ): Promise<void> {
    const deed = { actor: admin.id, action: `room.${action}`, target: key, detail: input }
    await this.#told(deed, why, (reason) => {
      // The room shows why it is suspended; other reasons are for the log alone.
      const asked = action === 'suspend' ? { ...input, reason } : input
      return this.#nodes.act(key, action, asked, admin)
    })
  }

  /** Throws `node.unknown`, or `node.last` where nobody else would take the rooms. */
  async manage(admin: Asker, node: string, action: NodeAction, why: string): Promise<void> {
    const deed = { actor: admin.id, action: `node.${action}`, target: node }
    await this.#told(deed, why, () => this.#nodes.manage(node, action))
  }

  /** A seat in a live room that is open, to see it without being seen. Each one is told. */
  async watch(admin: Caller, key: RoomKey, why: string): Promise<WatchPlace> {
    const deed = { actor: admin.id, action: 'room.watch', target: key }
    return this.#told(deed, why, async () => {
      if (kindOf(key) !== 'live') {
        throw new RoomError('room.private', 'Only live rooms can be watched unseen.')
      }
      await this.#nodes.leader(key).catch(giveUpAsleep)
      const { id, name, session } = admin
      return this.#issue(key, { id, name, roles: ['unseen'] }, { session })
    })
  }

  async #told<T>(
    deed: Omit<AuditEntry, 'reason'>,
    why: string,
    act: (reason: string) => Promise<T>,
  ): Promise<T> {
    const reason = cleanReason(why)
    await this.#audit.append({ ...deed, reason })
    try {
      return await act(reason)
    } catch (error) {
      const code = error instanceof RoomError ? error.code : 'internal'
      await this.#audit.append({ ...deed, action: `${deed.action}.failed`, detail: { code } })
      throw error
    }
  }

  async #looked({ id }: Asker, action: string, target: string): Promise<void> {
    const now = this.#now()
    const name = `${id} ${action} ${target}`
    let read = this.#reads.get(name)
    if (!read || now - read.at >= readMs) {
      for (const [other, { at }] of this.#reads) if (now - at >= readMs) this.#reads.delete(other)
      const written = this.#audit.append({ actor: id, action, target })
      read = { at: now, written }
      this.#reads.set(name, read)
      written.catch(() => this.#reads.delete(name))
    }
    await read.written
  }
}

/** Nobody waits for a room to open, as whoever has a seat elsewhere does: each try would be a row. */
function giveUpAsleep(error: unknown): never {
  if (!(error instanceof RoomError) || error.code !== 'room.asleep') throw error
  throw new RoomError(error.code, error.message)
}

/** Throws `invalid`. */
function cleanReason(text: string): string {
  const reason = cleanLine(text)
  const length = graphemeCount(reason)
  if (length >= 3 && length <= 200) return reason
  throw new RoomError('invalid', 'Give a reason of 3 to 200 characters.', { retry: 'fix' })
}

function readCursor(text: string, sort: RoomSort): readonly [number | string, RoomKey] {
  const [name, value, key] = decodeCursor(text, 3) ?? []
  const fits = typeof value === (sort === 'key' ? 'string' : 'number')
  if (name === sort && value !== undefined && fits && typeof key === 'string') return [value, key]
  throw new RoomError('invalid', 'The cursor is not one of this list; start from the first page.', {
    retry: 'fix',
  })
}
