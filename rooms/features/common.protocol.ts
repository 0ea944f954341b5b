/** Shapes that several features share. */

import Type, { type Static, type TProperties } from 'typebox'

/** An object with these fields and no other. */
export function closed<Fields extends TProperties>(fields: Fields) {
  return Type.Object(fields, { additionalProperties: false })
}

/** User ids `u_…`, ids of guests and of the system. */
export const UserId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

/** Ids that nodes make: UUIDs, and whatever names a stream or recording. */
export const Id = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })

export const Name = Type.String({ maxLength: 64 })

/** A picture on this server. Never another one's: it would learn who looks. */
export const PicturePath = Type.String({
  maxLength: 200,
  pattern: '^/[A-Za-z0-9][A-Za-z0-9_/-]*\\.(?:webp|avif|png|jpe?g|svg)$',
})

/** Milliseconds since 1970. */
export const Time = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

/** A sum that is still exact as a JavaScript number. */
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/** Who stands before a line. `level` is the platform's, `role` the room's. */
export const Person = closed({
  id: UserId,
  name: Name,
  level: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
  role: Type.Optional(Type.Union([Type.Literal('host'), Type.Literal('moderator')])),
})
export type Person = Static<typeof Person>

/** `a + b` for counters: stops at the largest exact number. */
export function addCount(a: number, b: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, a + b)
}
