/** The room inspector and the audit log, for administrators; moderators list rooms, mute and kick. */

import type {
  NodeAction,
  NodeRow,
  RoomActionInputs,
  RoomDetail,
  RoomPage,
  RoomPast,
  RoomSort,
  RoomTrace,
} from '../server/inspector/inspector.protocol.ts'
import type { AuditPage, AuditVerdict } from '../services/audit/audit.protocol.ts'
import type { CallOptions, JoinOptions, LiveRoom } from './client.ts'
import type { LiveApi } from './live-api.ts'
import type { Seat } from './room-connection.ts'
import type { Session } from './session.ts'

export interface RoomListQuery {
  readonly kind?: string | undefined
  /** Part of a key, a title or a host's name. */
  readonly q?: string | undefined
  /** Default `audience`. */
  readonly sort?: RoomSort | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

export interface AuditListQuery {
  readonly actor?: string | undefined
  /** E.g. a room key. */
  readonly target?: string | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/**
 * Every call rejects with `forbidden` for those who may not; what concerns one room with `room.asleep` where
 * no node has it open, and with `node.silent` where the one that may have it does not answer.
 */
export interface Admin {
  /** Of the whole cluster, also those that do not answer. */
  nodes(options?: CallOptions): Promise<readonly NodeRow[]>
  rooms(query?: RoomListQuery, options?: CallOptions): Promise<RoomPage>
  room(key: string, options?: CallOptions): Promise<RoomDetail>
  /** What happened since the cursor `after`; without it, the newest events. */
  trace(key: string, after?: string, options?: CallOptions): Promise<RoomTrace>
  /** The state right after the event `seq`. Rejects with `position.unknown` where it is no longer kept. */
  past(key: string, seq: number, options?: CallOptions): Promise<RoomPast>
  /** `reason` has 3 to 200 characters and goes to the audit log. */
  act<Action extends keyof RoomActionInputs>(
    key: string,
    action: Action,
    input: RoomActionInputs[Action] & { readonly reason: string },
  ): Promise<void>
  /**
   * Joins a live room that is open without being counted, announced or heard: everything in it can be seen,
   * and nothing done. Each seat, also after a drop, goes to the audit log with the reason.
   */
  watch(id: string, input: { readonly reason: string }, options?: JoinOptions): Promise<LiveRoom>
  /**
   * `drain`: the node gives its rooms to others and takes none; `resume`: it takes them again. Resolves when
   * that has begun.
   */
  manage(node: string, action: NodeAction, input: { readonly reason: string }): Promise<void>
  audit(query?: AuditListQuery, options?: CallOptions): Promise<AuditPage>
  verifyAudit(options?: CallOptions): Promise<AuditVerdict>
}

export function adminApi(call: Session['call'], live: Pick<LiveApi, 'enter'>): Admin {
  const room = (key: string, rest = ''): string =>
    `/api/admin/rooms/${encodeURIComponent(key)}${rest}`
  return {
    nodes: (how) => call('/api/admin/nodes', how),
    rooms: (query = {}, how) => call('/api/admin/rooms', { ...how, query: { ...query } }),
    room: (key, how) => call(room(key), how),
    trace: (key, after, how) => call(room(key, '/events'), { ...how, query: { after } }),
    past: (key, seq, how) => call(room(key, `/at/${seq}`), how),
    watch: (id, body, options) =>
      live.enter(
        id,
        () => call<Seat>(room(`live_${id}`, '/watch'), { method: 'POST', body }),
        options,
      ),
    manage: (node, action, input) =>
      call(`/api/admin/nodes/${encodeURIComponent(node)}/${action}`, {
        method: 'POST',
        body: input,
      }),
    act: (key, action, input) => call(room(key, `/${action}`), { method: 'POST', body: input }),
    audit: (query = {}, how) => call('/api/admin/audit', { ...how, query: { ...query } }),
    verifyAudit: (how) => call('/api/admin/audit/verify', { ...how, timeoutMs: 120_000 }),
  }
}
