import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { AccessTokens } from './access-tokens.ts'

const key = Buffer.alloc(32, 7)
const at = 1_800_000_000_000
const clock = { now: at }
const tokens = new AccessTokens(key, () => clock.now)
const claims = { user: 'u_0123456789ab', session: 's1' }

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const seconds = at / 1000
const payload = {
  sid: 's1',
  sub: claims.user,
  iss: 'plaza',
  aud: 'plaza:api',
  iat: seconds,
  exp: seconds + 600,
}
const header = { alg: 'HS256', typ: 'at+jwt' }

/** A token signed with our own key whatever its header says. */
function forged(
  head: object,
  body: object,
  hash = 'sha256',
  secret: Buffer | string = key,
): string {
  const text = `${part(head)}.${part(body)}`
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
}

async function refusalOf(token: string): Promise<unknown> {
  const verify = async (): Promise<unknown> => tokens.verify(token)
  const error = await verify().then(
    () => undefined,
    (e: unknown) => e,
  )
  if (error === undefined) return undefined
  assert.ok(error instanceof RoomError && error.code === 'unauthorized' && error.retry === 'login')
  return error.data['reason']
}

test('[AC8] a token tells its user and session until it expires', async () => {
  clock.now = at
  const token = await tokens.sign(claims)
  assert.deepEqual(await tokens.verify(token), claims)
  clock.now = at + 599_000
  assert.deepEqual(await tokens.verify(token), claims)
  clock.now = at + 601_000
  assert.equal(await refusalOf(token), 'expired')
  clock.now = at
})

test('[AC8] the hand-made token that the refusals below differ from is good', async () => {
  assert.deepEqual(await tokens.verify(forged(header, payload)), claims)
})

test('[AC8] alg none, another alg and a key in the header are refused', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  const bad = [
    `${part({ ...header, alg: 'none' })}.${part(payload)}.`,
    `${part({ ...header, alg: 'None' })}.${part(payload)}.`,
    forged({ ...header, alg: 'HS512' }, payload, 'sha512'),
    forged({ ...header, alg: 'HS384' }, payload, 'sha384'),
    forged({ ...header, alg: 'RS256' }, payload),
    forged(header, payload, 'sha256', pem),
    forged(
      { ...header, jwk: { kty: 'oct', k: Buffer.alloc(32).toString('base64url') } },
      payload,
      'sha256',
      Buffer.alloc(32),
    ),
    forged({ ...header, jku: 'https://evil.example/keys' }, payload, 'sha256', Buffer.alloc(32)),
    forged({ ...header, crit: ['exp'] }, payload),
  ]
  for (const token of bad) assert.equal(await refusalOf(token), 'invalid', token)
})

test('[AC8] another type, audience, issuer, missing claims and tampering are refused', async () => {
  const bad = [
    forged({ alg: 'HS256', typ: 'JWT' }, payload),
    forged({ alg: 'HS256' }, payload),
    forged(header, { ...payload, aud: 'plaza:media' }),
    forged(header, { ...payload, iss: 'elsewhere' }),
    forged(header, { ...payload, sub: undefined }),
    forged(header, { ...payload, sid: undefined }),
    forged(header, { ...payload, exp: undefined }),
    forged(header, { ...payload, nbf: seconds + 100 }),
    forged(header, payload).slice(0, -2),
    `${forged(header, payload)}.extra`,
    'x',
    '',
    '..',
  ]
  for (const token of bad) assert.equal(await refusalOf(token), 'invalid', token)
  const [head, , signature] = forged(header, payload).split('.')
  assert.equal(
    await refusalOf(`${head}.${part({ ...payload, sub: 'u_admin' })}.${signature}`),
    'invalid',
  )
  const foreign = await new SignJWT({ sid: 's1' })
    .setProtectedHeader(header)
    .setIssuer('plaza')
    .setAudience('plaza:api')
    .setSubject('u_x')
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 60)
    .sign(Buffer.alloc(32, 8))
  assert.equal(await refusalOf(foreign), 'invalid')
})
