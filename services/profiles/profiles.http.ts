/** Routes of profiles. */

import { z } from 'zod'
import { defined, rawRoute, route, type Route } from '../route.ts'
import { imagePath, userId } from '../schemas.ts'
import { imageLimit, type Uploads } from '../uploads/uploads.ts'
import { profileLimits } from './profiles.protocol.ts'
import type { Profiles } from './profiles.ts'

const publicFields = {
  id: userId,
  name: z.string(),
  displayName: z.string(),
  avatar: imagePath.optional(),
  bio: z.string(),
  tags: z.array(z.string()).readonly(),
}
export const publicProfile = z.strictObject(publicFields)
export const me = z.strictObject({
  ...publicFields,
  roles: z.array(z.string()).readonly(),
  createdAt: z.iso.datetime(),
})

/** What may come in is counted in UTF-16 units here and in visible characters after cleaning. */
export const displayNameInput = z
  .string()
  .min(1)
  .max(profileLimits.displayName * 8)

export function profileRoutes(profiles: Profiles, uploads: Uploads): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/me',
      tag: 'profiles',
      summary: 'The signed-in user',
      access: 'user',
      rate: 'read',
      response: me,
      handle: ({ caller }) => profiles.me(caller.id),
    }),
    route({
      method: 'PATCH',
      path: '/api/me',
      tag: 'profiles',
      summary: 'Change the own profile',
      access: 'user',
      rate: 'write',
      body: z.strictObject({
        displayName: displayNameInput.optional(),
        bio: z
          .string()
          .max(profileLimits.bio * 8)
          .optional(),
        tags: z
          .array(
            z
              .string()
              .min(1)
              .max(profileLimits.tag * 8),
          )
          .max(profileLimits.tags)
          .optional(),
      }),
      response: me,
      handle: ({ caller, body }) => profiles.update(caller.id, defined(body)),
    }),
    rawRoute({
      method: 'PUT',
      path: '/api/me/avatar',
      tag: 'profiles',
      summary: 'Set the own picture: PNG, JPEG, WebP, GIF or AVIF bytes',
      access: 'user',
      rate: 'upload',
      raw: imageLimit,
      response: me,
      errors: ['upload.type', 'upload.pixels', 'too_large'],
      handle: async ({ caller, body }) => {
        const image = await uploads.store(body, 'avatar')
        return profiles.setAvatar(caller.id, image.url)
      },
    }),
    route({
      method: 'GET',
      path: '/api/users/:id',
      tag: 'profiles',
      summary: 'The public profile of a user',
      access: 'public',
      rate: 'read',
      params: z.strictObject({ id: userId }),
      response: publicProfile,
      errors: ['not_found'],
      handle: ({ params }) => profiles.get(params.id),
    }),
  ]
}
