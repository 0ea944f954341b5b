import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { busContract } from './bus.contract.ts'
import { MemoryHub } from './memory-bus.ts'
import { SealedBus } from './sealed-bus.ts'

busContract('memory', async () => {
  const hub = new MemoryHub()
  return [hub.connect(), hub.connect()]
})

const secret = randomBytes(32)

busContract('sealed memory', async () => {
  const hub = new MemoryHub()
  return [
    new SealedBus(hub.connect(), secret, randomUUID()),
    new SealedBus(hub.connect(), secret, randomUUID()),
  ]
})

test('[CL4] what is forged, changed, repeated or moved to another channel is dropped and counted', async () => {
  const hub = new MemoryHub()
  const wire = hub.connect()
  const a = new SealedBus(hub.connect(), secret, randomUUID())
  const b = new SealedBus(hub.connect(), secret, randomUUID())
  const stranger = new SealedBus(hub.connect(), randomBytes(32), randomUUID())
  const heard: string[] = []
  await b.subscribe('x', (message) => heard.push(Buffer.from(message).toString()))
  await b.subscribe('y', (message) => heard.push(`moved ${Buffer.from(message).toString()}`))
  const tapped = Promise.withResolvers<Uint8Array>()
  await wire.subscribe('x', (message) => tapped.resolve(message))
  a.publish('x', Buffer.from('true'))
  const genuine = await tapped.promise
  const changed = Uint8Array.from(genuine)
  changed[changed.length - 1]! ^= 1
  wire.publish('x', genuine)
  wire.publish('x', changed)
  wire.publish('y', genuine)
  wire.publish('x', Buffer.from('short'))
  wire.publish('x', randomBytes(200))
  stranger.publish('x', Buffer.from('made up'))
  a.publish('x', Buffer.from('last'))
  while (!heard.includes('last')) await new Promise(setImmediate)
  assert.deepEqual(heard, ['true', 'last'])
  assert.deepEqual([b.stats.forged, b.stats.replayed], [5, 1])
})
