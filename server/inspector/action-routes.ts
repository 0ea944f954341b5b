/** What administrators can do, by route. Each does one named thing; none calls what it is told to. */

import { z } from 'zod'
import { isRoomKey } from '../../engine/kernel/position.ts'
import { socketUrl } from '../../engine/runtime/seats.ts'
import { askerOf, defined, route, type Access, type Route } from '../../services/route.ts'
import { userId } from '../../services/schemas.ts'
import type { NodeAction, RoomAction } from './inspector.protocol.ts'
import { watchSeat } from './inspector.schemas.ts'
import type { Inspector } from './inspector.ts'

export const roomKey = z
  .string()
  .max(86)
  .refine(isRoomKey, 'a room key looks like live_ and its id')
const params = z.strictObject({ key: roomKey })
const write = { method: 'POST', tag: 'admin', access: 'admin', rate: 'write' } as const
/** Checked for what can be seen of it where it is written down. */
const reason = z.string().min(3).max(2_000)
const why = z.strictObject({ reason })
const node = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/, 'a node is named by 1 to 40 letters, digits, _ or -')
const user = { user: userId }
const muteSeconds = { seconds: z.number().int().min(1).max(2_592_000) }
const kickSeconds = { seconds: z.number().int().min(0).max(86_400) }
const slowSeconds = { seconds: z.number().int().min(0).max(120) }

export function actionRoutes(inspector: Inspector): Route[] {
  const action = (
    name: RoomAction,
    access: Access & ('moderator' | 'admin'),
    summary: string,
    input: Readonly<Record<string, z.ZodType>>,
    errors: readonly string[] = [],
  ): Route =>
    route({
      ...write,
      path: `/api/admin/rooms/:key/${name}`,
      summary,
      access,
      params,
      body: z.strictObject({ ...input, reason }),
      errors: ['forbidden', 'room.asleep', 'command.unknown', ...errors],
      handle: async ({ caller, params: { key }, body }) => {
        const { reason, ...rest } = body as { reason: string } & Record<string, unknown>
        await inspector.act(askerOf(caller), key, name, defined(rest), reason)
      },
    })
  const manage = (name: NodeAction, summary: string, errors: readonly string[] = []): Route =>
    route({
      ...write,
      path: `/api/admin/nodes/:node/${name}`,
      summary,
      params: z.strictObject({ node }),
      body: why,
      errors: ['node.unknown', 'node.silent', ...errors],
      handle: ({ caller, params: { node }, body }) =>
        inspector.manage(askerOf(caller), node, name, body.reason),
    })
  return [
    action('mute', 'moderator', 'A user may not write in the room', { ...user, ...muteSeconds }),
    action('unmute', 'moderator', 'A user may write again', user),
    action('kick', 'moderator', 'A user has to leave the room', { ...user, ...kickSeconds }),
    action('slow', 'admin', 'Seconds between two lines of one viewer', slowSeconds),
    action('close', 'admin', 'Store and close the room; its people come back to it', {}),
    action('suspend', 'admin', 'Take a live room off the air; the reason is shown to it', {}),
    action('restore', 'admin', 'End the suspension', {}),
    action('handover', 'admin', 'Give the room to a node; sockets of relays stay', { node }, [
      'node.unknown',
      'node.draining',
      'node.silent',
      'room.there',
    ]),
    route({
      ...write,
      path: '/api/admin/rooms/:key/watch',
      summary: 'A seat in a live room for one use; who sits there is not seen, counted or heard',
      params,
      body: why,
      response: watchSeat,
      errors: ['room.asleep', 'room.private'],
      handle: async ({ caller, params: { key }, body, origin }) => {
        const seat = await inspector.watch(caller, key, body.reason)
        const { publicAddress: node } = seat
        const base = node === undefined ? origin : `${new URL(origin).protocol}//${node}`
        return { ...seat, socketUrl: socketUrl(base, seat) }
      },
    }),
    manage('drain', 'The node takes no new rooms and seats and gives its rooms to others', [
      'node.last',
    ]),
    manage('resume', 'The node takes rooms and seats again'),
  ]
}
