/** Lies on the bus: made up, changed, repeated, moved by whoever can write to Redis, and told by a node itself. */

import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { RedisBus } from '../../../engine/cluster/redis-bus.ts'
import { SealedBus } from '../../../engine/cluster/sealed-bus.ts'
import { encodeSpread, roomChannel } from '../../../engine/cluster/spread-frame.ts'
import { encodeState } from '../../../engine/kernel/snapshot-codec.ts'
import { deriveKey } from '../../../server/secrets.ts'
import { until } from '../../support/people.ts'
import { patience } from '../stage/patience.ts'
import type { Stage } from '../stage/stage.ts'
import type { Scenario } from './scenario.ts'
import { sameEpoch, sleep, underGifts } from './under-gifts.ts'

interface Heard {
  readonly channel: string
  readonly bytes: Buffer
}

const forged: Scenario = {
  name: 'forged-messages',
  title: 'Messages between nodes are repeated, changed, moved and cut short, straight into Redis',
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const epoch = await stage.epoch()
      const heard: Heard[] = []
      const { client, port } = stage.cluster.redis
      const spy = new Redis(port, '127.0.0.1')
      spy.on('pmessageBuffer', (_: Buffer, channel: Buffer, bytes: Buffer) => {
        if (heard.length < 5_000) heard.push({ channel: String(channel), bytes })
      })
      await spy.psubscribe('*')
      await burst.more(40)
      const apart = (): Heard | undefined =>
        heard.find(({ channel }) => channel !== heard[0]?.channel)
      await until('enough to forge', () => heard.length >= 50 && apart(), patience)
      spy.disconnect()
      stage.timeline.fault(`${heard.length} messages are forged`)
      const other = apart()
      for (const { channel, bytes } of heard) {
        await client.publish(channel, bytes)
        await client.publish(channel, changed(bytes, stage.random.next()))
        await client.publish(channel, bytes.subarray(0, bytes.length - 1))
        await client.publish(channel === other?.channel ? heard[0]!.channel : other!.channel, bytes)
      }
      await burst.more(40)
      stage.timeline.heal('nobody lies any more')
      return [await sameEpoch(stage, epoch)]
    }),
}

function changed(bytes: Buffer, where: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = Math.floor(where * copy.length)
  copy[at] = copy[at]! ^ 0x55
  return copy
}

const insider: Scenario = {
  name: 'lying-node',
  title:
    'One who has the secret sends frames of old epochs and wrong numbers, and says it is others',
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const epoch = await stage.epoch()
      const root = Buffer.from(stage.cluster.secret, 'hex')
      const wire = await RedisBus.connect({ url: stage.cluster.redis.url() })
      const bus = new SealedBus(wire, deriveKey(root, 'cluster'), randomUUID())
      stage.timeline.fault('a node lies')
      for (let turn = 0; turn < 40; turn += 1) {
        const frame = Buffer.from(stage.random.next().toString())
        const count = stage.random.between(0, 5_000)
        for (const old of [0, epoch - 1]) {
          const spread = { epoch: old, count, kind: 'must', frame } as const
          bus.publish(roomChannel(stage.room), encodeSpread(spread))
          bus.publish(roomChannel(stage.room), encodeSpread({ ...spread, kind: 'ended' }))
        }
        bus.publish(roomChannel(stage.room), frame)
        for (const { id } of stage.nodes)
          for (const lie of lies(stage)) bus.publish(`node:${id}`, lie)
        await sleep(20)
      }
      await burst.more(40)
      await bus.close()
      stage.timeline.heal('the liar is gone')
      return [await sameEpoch(stage, epoch)]
    }),
}

/** Questions and answers that nobody asked for, and a command for a room that nobody has. */
function lies({ room }: Stage): Uint8Array[] {
  const asker = { id: 'u_nobody', name: 'Nobody', roles: ['user'] }
  const ask = ['live_nowhere', 'gift.send', { gift: 'flower', count: 1 }, asker, randomUUID()]
  const envelopes = [
    ['ok', 1, { balance: 1 }],
    ['no', 2, 'room.elsewhere', 'It moved.', { node: 'n9' }, 'retry'],
    ['ask', 1, 'ask', ask],
    ['ask', 2, 'following', { room, epoch: 999, sockets: 1e9 }],
    ['ask', 3, 'follow', { room: 'live_nowhere' }],
    ['ask', 4, 'nothing', undefined],
  ]
  return [encodeState(['n9', envelopes]), encodeState('nonsense'), encodeState([])]
}

export const forgeryScenarios: readonly Scenario[] = [forged, insider]
