/** Reads a request's body up to the limit that its handler chose. */

import { RoomError } from '../kernel/room-error.ts'

/** Throws RoomError `body.too_large` (HTTP 413) without reading on. `limit` in bytes. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limit) throw tooLarge(limit)
  if (!request.body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.byteLength
  }
  return body
}

export function tooLarge(limit: number): RoomError {
  return new RoomError('body.too_large', `Send at most ${limit} bytes.`, {
    retry: 'fix',
    data: { limit },
  })
}
