/** What the room inspector and the audit log tell, by route. Each call is told to the audit log. */

import { z } from 'zod'
import { askerOf, route, type Route } from '../../services/route.ts'
import { cursor, userId } from '../../services/schemas.ts'
import { actionRoutes, roomKey } from './action-routes.ts'
import { roomSorts } from './inspector.protocol.ts'
import {
  auditEvent,
  count,
  detail,
  event,
  kept,
  nodeIds,
  nodeRow,
  rowFields,
  trees,
} from './inspector.schemas.ts'
import type { Inspector } from './inspector.ts'

const params = z.strictObject({ key: roomKey })
const seq = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const limit = z.coerce.number().int().min(1).max(100).default(50)
const admin = { tag: 'admin', access: 'admin', rate: 'read', method: 'GET' } as const

export function inspectorRoutes(inspector: Inspector): Route[] {
  return [
    route({
      ...admin,
      path: '/api/admin/nodes',
      summary: 'Nodes and how they are',
      response: z.array(nodeRow).readonly(),
      handle: ({ caller }) => inspector.nodes(askerOf(caller)),
    }),
    route({
      ...admin,
      access: 'moderator',
      path: '/api/admin/rooms',
      summary: 'Open rooms; with `q` those whose key, title or host has it',
      query: z.strictObject({
        kind: z.enum(['live', 'group', 'dm', 'user']).optional(),
        q: z.string().max(100).optional(),
        sort: z.enum(roomSorts).default('audience'),
        cursor: cursor.max(400).optional(),
        limit,
      }),
      response: z.strictObject({
        nodes: nodeIds,
        missing: nodeIds,
        items: z.array(z.strictObject(rowFields)).readonly(),
        total: count,
        next: z.string().optional(),
      }),
      handle: ({ caller, query }) => inspector.rooms(askerOf(caller), query),
    }),
    route({
      ...admin,
      path: '/api/admin/rooms/:key',
      summary: 'One room: state, clients, timers',
      params,
      response: detail,
      errors: ['room.asleep', 'node.silent'],
      handle: ({ caller, params: { key } }) => inspector.room(askerOf(caller), key),
    }),
    route({
      ...admin,
      path: '/api/admin/rooms/:key/events',
      summary: 'What happens in the room: ask again with the cursor as `after`',
      params,
      query: z.strictObject({
        after: z
          .string()
          .regex(/^[0-9a-f]{10}(\.\d{1,15}){2}$/, 'pass the cursor as it was given')
          .optional(),
      }),
      response: z.strictObject({
        cursor: z.string(),
        events: z.array(event).readonly(),
        missed: count,
      }),
      errors: ['room.asleep', 'node.silent'],
      handle: ({ caller, params: { key }, query }) =>
        inspector.trace(askerOf(caller), key, query.after),
    }),
    route({
      ...admin,
      path: '/api/admin/rooms/:key/at/:seq',
      summary: 'The state of the room right after one of its numbered events',
      params: z.strictObject({ key: roomKey, seq }),
      response: z.strictObject({
        seq: count,
        kept,
        state: trees,
        events: z.array(event).readonly(),
      }),
      errors: ['room.asleep', 'node.silent', 'position.unknown'],
      handle: ({ caller, params: { key, seq } }) => inspector.past(askerOf(caller), key, seq),
    }),
    ...actionRoutes(inspector),
    route({
      ...admin,
      path: '/api/admin/audit',
      summary: 'Who did what, newest first',
      query: z.strictObject({
        actor: userId.optional(),
        target: z.string().max(100).optional(),
        cursor: cursor.optional(),
        limit,
      }),
      response: z.strictObject({
        items: z.array(auditEvent).readonly(),
        next: z.string().optional(),
      }),
      handle: ({ caller, query }) => inspector.audit(askerOf(caller), query),
    }),
    route({
      ...admin,
      path: '/api/admin/audit/verify',
      summary: 'Walks the chain of the audit log',
      response: z.strictObject({
        ok: z.boolean(),
        rows: count,
        head: z.strictObject({ id: count, hash: z.string() }).optional(),
        broken: z
          .strictObject({ id: count, why: z.enum(['changed', 'link', 'missing']) })
          .optional(),
      }),
      handle: ({ caller }) => inspector.verifyAudit(askerOf(caller)),
    }),
  ]
}
