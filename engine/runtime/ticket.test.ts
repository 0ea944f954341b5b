import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { guestAsker, type Asker } from '../kernel/context.ts'
import { TextMac } from './text-mac.ts'
import { readTicket, ticketKey, writeTicket, type TicketClaims } from './ticket.ts'

const key = ticketKey('a secret of the tests, 32 bytes and more')
const instance = 'live_01-Ab3_-x'
const claims = (asker: Asker, session?: string): TicketClaims => ({
  instance,
  asker,
  session,
  expires: 1_790_000_000_000,
})
const ada: Asker = {
  id: 'u_ada',
  name: 'Ada Lovelace ✓',
  roles: ['user', 'moderator'],
  card: { avatar: 'a.png', level: 3 },
}

test('[RT25] a text has the HMAC-SHA256 that node:crypto gives it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const ascii = randomBytes(32).toString('hex')
      const mac = new TextMac(ascii)
      const expected = createHmac('sha256', ascii).update(text, 'utf8').digest('base64url')
      assert.equal(mac.of(text), expected)
      assert.ok(mac.verifies(text, expected))
      assert.ok(!mac.verifies(`${text}.`, expected))
      assert.ok(!mac.verifies(text, expected.slice(0, -1)))
    }),
  )
  for (const bad of ['', 'short', 'é'.repeat(64), 'x'.repeat(65)])
    assert.throws(() => new TextMac(bad), TypeError)
})

test('[RT26] a ticket tells what was written, of a guest and of a user, in text that an address may hold', () => {
  const askers: [Asker, string?][] = [
    [guestAsker('g_0123456789ab')],
    [guestAsker('g.0~é')],
    [{ ...guestAsker('g_1'), card: { level: 1 } }],
    [{ id: 'g_1', name: 'Guest', roles: ['guest', 'unseen'] }],
    [{ id: 'g_1', name: 'guest', roles: ['guest'] }],
    [guestAsker('g_1'), 's1'],
    [ada, 'session-1'],
    [{ id: '~', name: '', roles: [] }],
  ]
  const serials = new Set<number>()
  for (const [asker, session] of askers) {
    const text = writeTicket(key, claims(asker, session))
    assert.match(text, /^[\w.~-]+$/)
    const { serial, ...read } = readTicket(key, text)!
    assert.deepEqual(read, claims(asker, session))
    serials.add(serial)
  }
  assert.equal(serials.size, askers.length)
})

test('[RT27] a ticket of which anything was changed, left out or added is none', () => {
  for (const asker of [guestAsker('g_0123456789ab'), ada]) {
    const text = writeTicket(key, claims(asker, asker === ada ? 's' : undefined))
    for (const [at, char] of [...text].entries()) {
      for (const other of ['A', 'b', '0', '~', '.', '_', ''])
        if (other !== char)
          assert.equal(readTicket(key, text.slice(0, at) + other + text.slice(at + 1)), undefined)
      assert.equal(readTicket(key, text.slice(0, at)), undefined)
      assert.equal(readTicket(key, text.slice(at + 1)), undefined)
    }
    for (const more of ['=', '.', ' ', '\n', '%', 'é', '\0'])
      assert.equal(readTicket(key, text + more), undefined)
    assert.equal(readTicket(ticketKey('another secret'), text), undefined)
  }
  for (const text of ['', '.', '....', 'x'.repeat(3_000)])
    assert.equal(readTicket(key, text), undefined)
})
