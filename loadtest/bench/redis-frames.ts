/**
 * A room's frames over Redis: processor time that one costs the node that sends it, alone in its turn and
 * with those of other rooms; `sealed` is how nodes send them. Redis is the one of `PLAZA_TEST_REDIS_URL`, else
 * redis://127.0.0.1:6379.
 */

import { Redis } from 'ioredis'
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { encodeSpread } from '../../engine/cluster/spread-frame.ts'
import type { Bus } from '../../engine/cluster/bus.ts'
import { SealedBus } from '../../engine/cluster/sealed-bus.ts'
import { RedisBus } from '../../engine/cluster/redis-bus.ts'
import { roomData } from '../../engine/wire/colyseus.ts'
import type { Bench, Variant } from './bench.ts'
import { median, noise } from './median.ts'

const url = process.env['PLAZA_TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const frames = 4_000
const together = 20
const rounds = 5

const lines = Array.from({ length: 20 }, (_, index) => [
  'danmaku.sent',
  { user: { id: 'u_0123456789ab', name: 'somebody' }, text: `this is line ${index} of a live` },
  1_800_000_000_000 + index,
])
const frame = roomData('s', [7, lines, 0])
const message = encodeSpread({ epoch: 7, count: 1, kind: 'should', frame })

/** Sends one message; `under` tells how many Redis has not confirmed. */
interface Sender {
  send(): void
  under(): number
}

export const redisFrames: Bench = async (say) => {
  const prefix = `bench-${randomUUID()}:`
  const plain = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0 })
  const bus = await RedisBus.connect({ url, prefix })
  try {
    await plain.connect()
    const sealed = new SealedBus(bus, randomBytes(32), randomUUID())
    const sent = { count: 0 }
    const senders = {
      ioredis: onClient(plain, prefix),
      bus: onBus(bus, bus, sent),
      sealed: onBus(sealed, bus, sent),
    }
    const all = Object.entries(senders).flatMap(([name, sender]) => [
      { name: `${name}, one a turn`, sender, size: 1, costs: [] as number[] },
      { name: `${name}, ${together} a turn`, sender, size: together, costs: [] as number[] },
    ])
    for (let round = 0; round <= rounds; round += 1) {
      for (const { sender, size, costs } of all) {
        const cost = await microsOf(sender, size)
        if (round) costs.push(cost)
      }
      say(round ? `round ${round} of ${rounds}` : 'warmed up')
    }
    const cost = (name: string): number => median(all.find((one) => one.name === name)!.costs)
    return {
      variants: all.map(({ name, costs }): Variant => ({
        name,
        bytes: message.length,
        microsecondsEach: median(costs),
        noisePercent: 100 * noise(costs),
      })),
      ratios: {
        'sealed, one a turn / together':
          cost('sealed, one a turn') / cost(`sealed, ${together} a turn`),
      },
    }
  } finally {
    plain.disconnect()
    await bus.close()
  }
}

function onClient(redis: Redis, prefix: string): Sender {
  let under = 0
  return {
    send() {
      under += 1
      void redis.publish(`${prefix}room`, Buffer.from(message)).finally(() => (under -= 1))
    },
    under: () => under,
  }
}

/** Both ways over the bus share its count of what Redis has, so they share one of what was sent. */
function onBus(over: Bus, bus: Bus, sent: { count: number }): Sender {
  return {
    send() {
      sent.count += 1
      over.publish('room', message)
    },
    under: () => sent.count - bus.stats.sent,
  }
}

/** Processor time of this process for one message. */
async function microsOf({ send, under }: Sender, size: number): Promise<number> {
  const before = process.cpuUsage()
  for (let sent = 0; sent < frames; sent += size) {
    for (let index = 0; index < size; index += 1) send()
    await turn()
  }
  while (under()) await pause(2)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / frames
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
