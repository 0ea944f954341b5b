/** Signed playback tokens: what a viewer may fetch from a media node, and until when. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { RoomError } from '../engine/kernel/room-error.ts'

/** `flv` and `hls` name a stream, `replay` names a recording. */
export type PlaybackAct = 'flv' | 'hls' | 'replay'

export interface PlaybackClaims {
  readonly act: PlaybackAct
  /** Id of the stream or the recording. */
  readonly name: string
  /** Unix time in seconds from which the token is refused. */
  readonly exp: number
  /** The live room that the stream belongs to. */
  readonly live?: string
  /** Who asked. Leave it out of `hls` and `replay`: it would make every URL unique and defeat caches. */
  readonly viewer?: string
}

const acts: readonly string[] = ['flv', 'hls', 'replay'] satisfies PlaybackAct[]
const maxTokenLength = 1024
const macLength = 32

/** Seconds that a token of each kind should live; HLS asks with every request, HTTP-FLV only once. */
export const playbackSeconds: Readonly<Record<PlaybackAct, number>> = {
  flv: 300,
  hls: 12 * 3600,
  replay: 12 * 3600,
}

/**
 * The `exp` to sign at time `now` (ms). For `hls` and `replay` it is rounded up to the hour, so that
 * all viewers of an hour share one URL and a cache in front of the node can answer them.
 */
export function playbackExpiry(act: PlaybackAct, now: number): number {
  const exp = Math.floor(now / 1000) + playbackSeconds[act]
  return act === 'flv' ? exp : Math.ceil(exp / 3600) * 3600
}

/**
 * `<claims>.<mac>`, both base64url; the MAC is HMAC-SHA256. Fits one path segment.
 * @param secret hex, at least 32 digits, as in `PLAZA_SECRET_MEDIA`
 */
export function signPlayback(secret: string, claims: PlaybackClaims): string {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${body}.${mac(secret, body).toString('base64url')}`
}

/**
 * The claims of a genuine token at time `now` (ms). The MAC is compared in constant time and before
 * anything of the claims is read. The caller compares `act` and `name` with what was asked for:
 * `requirePlayback` does both.
 * @throws RoomError `playback.forbidden` (malformed or forged), `playback.expired`
 */
export function verifyPlayback(secret: string, token: string, now: number): PlaybackClaims {
  if (token.length > maxTokenLength) throw forbidden()
  const [body, signature, ...rest] = token.split('.')
  if (!body || !signature || rest.length > 0) throw forbidden()
  const given = Buffer.from(signature, 'base64url')
  // Decoding is lenient (it skips foreign characters), so one MAC has many spellings; take one only.
  if (given.length !== macLength || given.toString('base64url') !== signature) throw forbidden()
  if (!timingSafeEqual(given, mac(secret, body))) throw forbidden()
  const claims = readClaims(body)
  if (claims.exp * 1000 <= now) {
    throw new RoomError('playback.expired', 'The playback address expired; ask for a new one.', {
      retry: 'retry',
    })
  }
  return claims
}

/**
 * As `verifyPlayback`, and the token must be for exactly this act and name.
 * @throws RoomError `playback.forbidden`, `playback.expired`
 */
export function requirePlayback(
  secret: string,
  token: string,
  wanted: { act: PlaybackAct; name: string },
  now: number,
): PlaybackClaims {
  const claims = verifyPlayback(secret, token, now)
  if (claims.act !== wanted.act || claims.name !== wanted.name) throw forbidden()
  return claims
}

function mac(secret: string, body: string): Buffer {
  const key = Buffer.from(secret, 'hex')
  if (key.length < 16 || key.length * 2 !== secret.length) {
    throw new TypeError('The playback secret must be at least 32 hexadecimal digits')
  }
  return createHmac('sha256', key).update('plaza.playback.1\n').update(body).digest()
}

function readClaims(body: string): PlaybackClaims {
  let claims: unknown
  try {
    claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  } catch {
    throw forbidden()
  }
  if (!isClaims(claims)) throw forbidden()
  return claims
}

function isClaims(value: unknown): value is PlaybackClaims {
  if (typeof value !== 'object' || value === null) return false
  const { act, name, exp } = value as Record<string, unknown>
  return (
    typeof act === 'string' &&
    acts.includes(act) &&
    typeof name === 'string' &&
    Number.isSafeInteger(exp)
  )
}

function forbidden(): RoomError {
  return new RoomError(
    'playback.forbidden',
    'This address does not allow playback; ask for a new one.',
  )
}
