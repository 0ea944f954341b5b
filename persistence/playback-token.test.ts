/** Rules of playback tokens: genuine, in time, and for the thing asked for. */

import { test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import {
  playbackExpiry,
  requirePlayback,
  signPlayback,
  verifyPlayback,
  type PlaybackClaims,
} from './playback-token.ts'

const secret = randomBytes(32).toString('hex')
const now = 1_800_000_000_000
const claims: PlaybackClaims = { act: 'flv', name: 's_abc', exp: now / 1000 + 60, live: 'l1' }
const token = signPlayback(secret, claims)

test('[MD1] a playback token returns its claims and fits one path segment', () => {
  assert.deepEqual(verifyPlayback(secret, token, now), claims)
  assert.match(token, /^[A-Za-z0-9_.-]+$/)
})

test('[MD2] a token changed in any character is refused', () => {
  for (let at = 0; at < token.length; at++) {
    for (const other of ['A', 'B', '.', '%']) {
      if (token[at] === other) continue
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      assert.throws(() => verifyPlayback(secret, changed, now), { code: 'playback.forbidden' })
    }
  }
})

test('[MD2] claims under another secret, without or with a foreign signature are refused', () => {
  const [body, signature] = token.split('.')
  const longer = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 9999 })).toString(
    'base64url',
  )
  const foreign = signPlayback(randomBytes(32).toString('hex'), claims)
  const hostile = [
    foreign,
    body!,
    `${body}.`,
    `.${signature}`,
    `${longer}.${signature}`,
    '',
    '.',
    '..',
  ]
  hostile.push(`${token}.${signature}`, `${token}=`, `${token} `, 'x'.repeat(100_000), '\0.\0')
  for (const bad of hostile) {
    assert.throws(() => verifyPlayback(secret, bad, now), { code: 'playback.forbidden' })
  }
})

test('[MD2] signed claims of a wrong shape are refused', () => {
  for (const wrong of [null, 1, [], {}, { ...claims, act: 'publish' }, { ...claims, exp: '1' }]) {
    const signed = signPlayback(secret, wrong as unknown as PlaybackClaims)
    assert.throws(() => verifyPlayback(secret, signed, now), { code: 'playback.forbidden' })
  }
})

test('[MD3] a token is refused from the second it expires', () => {
  assert.doesNotThrow(() => verifyPlayback(secret, token, claims.exp * 1000 - 1))
  assert.throws(() => verifyPlayback(secret, token, claims.exp * 1000), {
    code: 'playback.expired',
  })
})

test('[MD4] a token of another stream or another act is refused', () => {
  const ask = (act: PlaybackClaims['act'], name: string) => () =>
    requirePlayback(secret, token, { act, name }, now)
  assert.doesNotThrow(ask('flv', 's_abc'))
  assert.throws(ask('flv', 's_abd'), { code: 'playback.forbidden' })
  assert.throws(ask('hls', 's_abc'), { code: 'playback.forbidden' })
  assert.throws(ask('replay', 's_abc'), { code: 'playback.forbidden' })
})

test('[MD5] HLS addresses of one hour share one expiry, so that caches hit', () => {
  const hour = 3_600_000
  const start = Math.ceil(now / hour) * hour + 1000
  assert.equal(playbackExpiry('hls', start), playbackExpiry('hls', start + hour - 1000))
  assert.ok(playbackExpiry('hls', start) * 1000 - start >= 12 * hour - 1000)
  assert.equal(playbackExpiry('flv', now), now / 1000 + 300)
})

test('[MD2] a secret that is short or not hexadecimal signs nothing', () => {
  for (const weak of ['', 'abcd', 'z'.repeat(64), secret + 'x']) {
    assert.throws(() => signPlayback(weak, claims), TypeError)
  }
})
