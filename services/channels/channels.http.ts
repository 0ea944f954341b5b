/** Routes of live rooms. */

import { z } from 'zod'
import { askerOf, defined, route, type Route } from '../route.ts'
import { cursor, imagePath, liveId, userId } from '../schemas.ts'
import { categories, titleLimit } from './channels.protocol.ts'
import type { Channels } from './channels.ts'

const categoryId = z.enum(categories.map(({ id }) => id))
const title = z
  .string()
  .min(1)
  .max(titleLimit * 8)
const status = z.enum(['idle', 'live', 'interrupted', 'paused', 'ended', 'suspended'])
const params = z.strictObject({ id: liveId })
const figure = z.number().optional()

const cardFields = {
  id: liveId,
  room: z.string(),
  title: z.string(),
  category: z.string(),
  cover: imagePath.optional(),
  host: z.strictObject({ id: userId, displayName: z.string(), avatar: imagePath.optional() }),
  status,
  viewers: z.number().int().nonnegative(),
  startedAt: z.iso.datetime().optional(),
}
const card = z.strictObject(cardFields)
const mine = z.strictObject({
  ...cardFields,
  rtmpUrl: z.string(),
  hasKey: z.boolean(),
  stream: z
    .strictObject({
      state: z.enum(['live', 'interrupted']),
      startedAt: z.iso.datetime(),
      health: z
        .strictObject({
          at: z.iso.datetime(),
          bitrate: figure,
          fps: figure,
          keyframeSeconds: figure,
          width: figure,
          height: figure,
          codec: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
})
const replayFields = {
  id: z.string(),
  live: liveId,
  title: z.string(),
  seconds: z.number(),
  startedAt: z.iso.datetime(),
}

export function channelRoutes(channels: Channels): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/categories',
      tag: 'live',
      summary: 'What a live room may be about',
      access: 'public',
      rate: 'read',
      response: z.array(z.strictObject({ id: z.string(), zh: z.string(), en: z.string() })),
      handle: async () => [...categories],
    }),
    route({
      method: 'GET',
      path: '/api/live',
      tag: 'live',
      summary:
        'Live rooms on air, the hottest first; with `q` also others whose title or host has it',
      access: 'public',
      rate: 'read',
      query: z.strictObject({
        category: categoryId.optional(),
        q: z.string().max(100).optional(),
        cursor: cursor.optional(),
        limit: z.coerce.number().int().min(1).max(100).default(24),
      }),
      response: z.strictObject({ items: z.array(card).readonly(), next: z.string().optional() }),
      handle: ({ query }) => channels.list(query),
    }),
    route({
      method: 'POST',
      path: '/api/live',
      tag: 'live',
      summary: 'Make the own live room',
      access: 'user',
      rate: 'write',
      body: z.strictObject({ title, category: categoryId, cover: imagePath.optional() }),
      status: 201,
      response: card,
      errors: ['live.exists', 'invalid'],
      handle: ({ caller, body }) => channels.create(askerOf(caller), defined(body)),
    }),
    route({
      method: 'GET',
      path: '/api/live/mine',
      tag: 'live',
      summary: 'The own live room, with what its streaming program needs and sends',
      access: 'user',
      rate: 'read',
      response: mine,
      errors: ['not_found'],
      handle: ({ caller, origin }) => channels.mine(caller.id, origin),
    }),
    route({
      method: 'GET',
      path: '/api/live/:id',
      tag: 'live',
      summary: 'One live room',
      access: 'public',
      rate: 'read',
      params,
      response: card,
      errors: ['not_found'],
      handle: ({ params: { id } }) => channels.get(id),
    }),
    route({
      method: 'PATCH',
      path: '/api/live/:id',
      tag: 'live',
      summary: 'Change the own live room',
      access: 'user',
      rate: 'write',
      params,
      body: z.strictObject({
        title: title.optional(),
        category: categoryId.optional(),
        cover: imagePath.optional(),
      }),
      response: card,
      errors: ['not_found', 'forbidden', 'invalid'],
      handle: ({ caller, params: { id }, body }) =>
        channels.update(askerOf(caller), id, defined(body)),
    }),
    route({
      method: 'POST',
      path: '/api/live/:id/key',
      tag: 'live',
      summary: 'A new stream key, shown once; the former one stops working',
      access: 'user',
      rate: 'write',
      params,
      response: z.strictObject({ rtmpUrl: z.string(), key: z.string() }),
      errors: ['not_found', 'forbidden'],
      handle: ({ caller, params: { id }, origin }) =>
        channels.rotateKey(askerOf(caller), id, origin),
    }),
    route({
      method: 'GET',
      path: '/api/live/:id/playback',
      tag: 'live',
      summary: 'Signed addresses of the picture',
      access: 'public',
      rate: 'read',
      params,
      response: z.strictObject({
        flv: z.string().optional(),
        hls: z.string().optional(),
        expiresAt: z.iso.datetime(),
        status,
      }),
      errors: ['not_found'],
      handle: ({ params: { id }, origin }) => channels.playback(id, origin),
    }),
    route({
      method: 'GET',
      path: '/api/live/:id/replays',
      tag: 'live',
      summary: 'Recordings, newest first',
      access: 'public',
      rate: 'read',
      params,
      response: z.array(z.strictObject(replayFields)),
      errors: ['not_found'],
      handle: ({ params: { id } }) => channels.replays(id),
    }),
    route({
      method: 'GET',
      path: '/api/replays/:id',
      tag: 'live',
      summary: 'One recording with its signed address',
      access: 'public',
      rate: 'read',
      params: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) }),
      response: z.strictObject({ ...replayFields, hls: z.string() }),
      errors: ['not_found'],
      handle: ({ params: { id }, origin }) => channels.replay(id, origin),
    }),
  ]
}
