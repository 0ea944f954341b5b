import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { identify } from './identify.ts'
import { RateLimits } from './rate-limit.ts'

test('[HT25] a token that is none is charged to its address, at once or later; one that is to its user', async () => {
  const charged: string[] = []
  const limits = new RateLimits(({ name }) => ({
    take: (key) => void charged.push(`${name} ${key}`),
    give: () => undefined,
    reset: () => undefined,
  }))
  const refusal = new RoomError('unauthorized', 'Log in again.')
  const caller = { id: 'u_1', name: 'One', roles: ['user'], session: 's' }
  const route = { rate: 'seat', access: 'public' } as const
  const headers = new Headers({ authorization: 'Bearer x' })
  for (const authenticate of [
    () => {
      throw refusal
    },
    () => Promise.reject(refusal),
  ]) {
    const ask = async (): Promise<unknown> =>
      identify(route, headers, { ip: '203.0.113.5' }, { authenticate, limits })
    await assert.rejects(ask, refusal)
  }
  for (const authenticate of [() => caller, async () => caller])
    assert.equal(
      await identify(route, headers, { ip: '203.0.113.5' }, { authenticate, limits }),
      caller,
    )
  assert.equal(
    identify(route, new Headers(), { ip: '2001:db8::1' }, { authenticate: () => caller, limits }),
    undefined,
  )
  assert.deepEqual(charged, [
    'seat.address 203.0.113.5',
    'seat.address 203.0.113.5',
    'seat.user u_1',
    'seat.user u_1',
    'seat.address 2001:db8:0:0::/64',
  ])
})
