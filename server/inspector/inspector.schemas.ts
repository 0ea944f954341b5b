/** What the inspector's routes answer, as schemas. */

import { z } from 'zod'

export const count = z.number().int().nonnegative()
/** Checked for its bounds where it is made. */
const tree = z.unknown()
export const trees = z.record(z.string(), tree)
export const kept = z.strictObject({ from: count, to: count })

const leaseMs = z.number().optional()
const square = { key: z.string(), kind: z.string(), leader: z.boolean(), audience: count }
const nodeFigures = z.strictObject({
  id: z.string(),
  silent: z.literal(false),
  version: z.string(),
  transport: z.string(),
  uptimeSeconds: count,
  load: z.number(),
  lag: z.strictObject({ p50: z.number(), p99: z.number() }),
  rssBytes: count,
  rooms: count,
  relays: count,
  sockets: count,
  address: z.string().optional(),
  leaseHeld: z.boolean(),
  leaseMs,
  draining: z.boolean(),
  flushMs: z.number(),
  largest: z.array(z.strictObject(square)).readonly(),
})
const silentNode = z.strictObject({ id: z.string(), silent: z.literal(true), leaseMs })
export const nodeRow = z.discriminatedUnion('silent', [nodeFigures, silentNode])
export const rowFields = {
  ...square,
  node: z.string(),
  epoch: count,
  seq: count,
  sockets: count,
  relays: count,
  eventsPerSecond: z.number(),
  stateBytes: count.optional(),
  checkpointAgeSeconds: count.optional(),
  waiting: count,
  flushMs: z.number().optional(),
  label: z.strictObject({ title: z.string(), host: z.string() }).optional(),
}
export const nodeIds = z.array(z.string()).readonly()
export const event = z.strictObject({
  seq: count.optional(),
  type: z.string(),
  data: tree,
  at: z.number(),
})
export const detail = z.strictObject({
  ...rowFields,
  nodes: nodeIds,
  relayedBy: z
    .array(z.strictObject({ node: z.string(), sockets: count, behind: count.optional() }))
    .readonly(),
  state: trees,
  clients: z.strictObject({
    total: count,
    items: z
      .array(
        z.strictObject({
          node: z.string(),
          socket: z.string(),
          user: z.string(),
          name: z.string(),
          roles: z.array(z.string()).readonly(),
          since: z.number(),
        }),
      )
      .readonly(),
  }),
  timers: z
    .array(z.strictObject({ key: z.string(), at: z.number(), command: z.string(), input: tree }))
    .readonly(),
  kept,
  actions: z.array(z.string()).readonly(),
})
export const auditEvent = z.strictObject({
  id: count,
  at: z.iso.datetime(),
  actor: z.string(),
  actorName: z.string().optional(),
  action: z.string(),
  target: z.string(),
  reason: z.string().optional(),
  detail: z.unknown().optional(),
  hash: z.string(),
})

export const watchSeat = z.strictObject({
  name: z.string(),
  sessionId: z.string(),
  roomId: z.string(),
  processId: z.string(),
  publicAddress: z.string().optional(),
  socketUrl: z.string(),
})
