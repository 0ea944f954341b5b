import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createClient } from '../create-client.ts'
import type { Client } from '../client.ts'
import { closeCodes } from '../../engine/wire/close-codes.ts'
import { FakeRoom } from '../testing/fake-room.ts'
import { fakePlatform, problem } from '../testing/fake-platform.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { PlazaProvider, useClient, useLive, useRoom, useRoomEvent, useUser } from './index.ts'
import { LiveStay } from './live-stay.ts'

function world(): { clock: VirtualClock; server: FakeRoom; client: Client } {
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  const platform = fakePlatform({
    clock,
    http: server.http,
    socket: (url) => server.network.socket(url),
  })
  return { clock, server, client: createClient({ endpoint: 'http://plaza', platform }) }
}

test('[SD60] a stay joins with the first subscriber and leaves with the last', async () => {
  const { clock, server, client } = world()
  const stay = new LiveStay(client, 'r1', undefined)
  let changes = 0
  const one = stay.subscribe(() => changes++)
  const two = stay.subscribe(() => changes++)
  assert.equal(stay.read().status, 'connecting')
  await clock.advance(100)
  assert.equal(server.network.connections.length, 1)
  assert.equal(stay.read().status, 'online')
  assert.equal(stay.read(), stay.read())
  assert.ok(changes > 0)
  one()
  assert.equal(stay.read().room?.status, 'online')
  const { room } = stay.read()
  two()
  two()
  assert.equal(room?.status, 'closed')
  assert.equal(stay.read().status, 'connecting')
  await clock.advance(100)
  assert.equal(server.network.open.length, 0)
  assert.equal(clock.pending, 0)
})

test('[SD60] leaving before the room is there, and coming back, leaves one connection', async () => {
  const { clock, server, client } = world()
  const stay = new LiveStay(client, 'r1', undefined)
  stay.subscribe(() => {})()
  const stop = stay.subscribe(() => {})
  await clock.advance(200)
  assert.equal(stay.read().status, 'online')
  assert.equal(server.network.open.length, 1)
  stop()
})

test('[SD60] a stay tells status, refusal and end', async () => {
  const { clock, server, client } = world()
  const { seatAnswer } = server
  server.seatAnswer = () => problem(404, 'not_found')
  const refused = new LiveStay(client, 'r1', undefined)
  refused.subscribe(() => {})
  await clock.advance(100)
  assert.equal(refused.read().status, 'closed')
  assert.equal(refused.read().error?.code, 'not_found')
  server.seatAnswer = seatAnswer
  const stay = new LiveStay(client, 'r1', undefined)
  stay.subscribe(() => {})
  await clock.advance(100)
  server.joined[0]!.cut()
  await clock.settle()
  assert.equal(stay.read().status, 'reconnecting')
  assert.equal(typeof stay.read().retryInMs, 'number')
  await clock.until(() => stay.read().status === 'online')
  server.joined[0]!.close(closeCodes.kicked)
  await clock.advance(100)
  assert.equal(stay.read().status, 'closed')
  assert.equal(stay.read().error?.code, 'kicked')
})

test('[SD67] a stay goes on trying while the room cannot be reached', async () => {
  const { clock, server, client } = world()
  const { seatAnswer } = server
  server.seatAnswer = () => problem(503, 'unavailable')
  const stay = new LiveStay(client, 'r1', undefined)
  const stop = stay.subscribe(() => {})
  await clock.advance(60_000)
  assert.equal(stay.read().status, 'connecting')
  assert.equal(stay.read().error, undefined)
  server.seatAnswer = seatAnswer
  await clock.until(() => stay.read().status === 'online')
  assert.equal(server.network.open.length, 1)
  stop()
  await clock.advance(100)
  assert.equal(server.network.open.length, 0)
  assert.equal(clock.pending, 0)
})

test('the hooks render on a server, where nothing is joined', () => {
  const { client, server } = world()
  function Page(): string {
    const { room, status } = useLive('r1')
    useRoomEvent(room, 'danmaku', () => {})
    const likes = useRoom(room, ({ like }) => like.count)
    return [useClient() === client, useUser()?.id, status, likes].join(' ')
  }
  assert.equal(
    renderToString(createElement(PlazaProvider, { client }, createElement(Page))),
    'true  connecting ',
  )
  assert.throws(() => renderToString(createElement(Page)), /PlazaProvider/)
  assert.equal(server.network.connections.length, 0)
})
