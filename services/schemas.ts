/** Zod schemas that several services' routes share. */

import { z } from 'zod'

export const userId = z.string().regex(/^u_[0-9a-z]{12}$/, 'a user id looks like u_ and 12 letters')
export const liveId = z.string().regex(/^[0-9a-z]{10}$/, 'a live id has 10 letters or digits')
export const uuid = z.uuid()
export const uuid7 = z.uuidv7()
/** Opaque to clients: base64url of what the list's order needs. */
export const cursor = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-]+$/, 'pass the cursor as it was given')
export const isoTime = z.iso.datetime()
/** Where an uploaded image is served. */
export const imagePath = z
  .string()
  .regex(/^\/uploads\/[0-9a-f]{64}\.webp$/, 'upload the image first')

/** Encodes what a page's last row was, for the next page. */
export function encodeCursor(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** The values of a cursor; undefined when it is not one of ours. */
export function decodeCursor(text: string, length: number): (string | number)[] | undefined {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (!Array.isArray(values) || values.length !== length) return undefined
    return values.every((v) => typeof v === 'string' || typeof v === 'number') ? values : undefined
  } catch {
    return undefined
  }
}
