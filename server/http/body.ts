/** Request bodies, read within limits. */

import { RoomError } from '../../engine/kernel/room-error.ts'

/** Most bytes of a JSON body. */
export const jsonLimit = 64 * 1024

/** The body's bytes. Throws `too_large` as soon as more than `limit` have come. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > limit) throw tooLarge(limit)
  if (!request.body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

/**
 * The JSON value of the body; undefined when there is none. Throws `unsupported_type`, `too_large`,
 * or `malformed`. Keys that would reach an object's prototype are refused.
 */
export async function readJson(request: Request): Promise<unknown> {
  const bytes = await readBytes(request, jsonLimit)
  if (bytes.byteLength === 0) return undefined
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type))
    throw new RoomError('unsupported_type', 'Send the body as application/json.', { retry: 'fix' })
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    if (cause instanceof RoomError) throw cause
    throw new RoomError('malformed', 'The body is not valid JSON in UTF-8.', {
      retry: 'fix',
      cause,
    })
  }
}

/** JSON.parse that refuses `__proto__` keys. */
export function parseJson(text: string): unknown {
  // The reviver is slow; a text without the word or an escape cannot hold the key.
  if (!/__proto__|\\u/i.test(text)) return JSON.parse(text)
  return JSON.parse(text, (key, value: unknown) => {
    if (key === '__proto__')
      throw new RoomError('malformed', 'The body may not have a key named __proto__.', {
        retry: 'fix',
      })
    return value
  })
}

function tooLarge(limit: number): RoomError {
  return new RoomError('too_large', `Send at most ${limit} bytes.`, {
    retry: 'fix',
    data: { limit },
  })
}
