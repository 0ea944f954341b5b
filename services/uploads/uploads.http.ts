/** Routes of uploads. */

import { z } from 'zod'
import { rawRoute, type Route } from '../route.ts'
import { imagePath } from '../schemas.ts'
import { imageLimit, type Uploads } from './uploads.ts'

export function uploadRoutes(uploads: Uploads): Route[] {
  return [
    rawRoute({
      method: 'POST',
      path: '/api/uploads',
      tag: 'uploads',
      summary: 'Keep an image: PNG, JPEG, WebP, GIF or AVIF bytes',
      access: 'user',
      rate: 'upload',
      raw: imageLimit,
      query: z.strictObject({ use: z.enum(['cover', 'avatar']) }),
      response: z.strictObject({
        url: imagePath,
        width: z.number().int().positive(),
        height: z.number().int().positive(),
      }),
      errors: ['upload.type', 'upload.pixels', 'upload.broken', 'too_large', 'busy'],
      handle: ({ body, query }) => uploads.store(body, query.use),
    }),
  ]
}
