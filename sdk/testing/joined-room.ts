/** A client that has joined a fake room, for tests of what comes after. */

import type { LiveRoom } from '../client.ts'
import { createClient } from '../create-client.ts'
import { FakeRoom } from './fake-room.ts'
import { fakePlatform, type FakePlatform } from './fake-platform.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface Joined {
  readonly clock: VirtualClock
  readonly server: FakeRoom
  readonly platform: FakePlatform
  readonly room: LiveRoom
  readonly statuses: string[]
  readonly recovered: { gap: boolean; missed: number }[]
  readonly closed: { code: number; reason: string }[]
}

export async function joinedRoom(prepare: (server: FakeRoom) => void = () => {}): Promise<Joined> {
  const clock = new VirtualClock()
  const server = new FakeRoom(clock)
  prepare(server)
  const platform = fakePlatform({
    clock,
    http: server.http,
    socket: (url) => server.network.socket(url),
  })
  const client = createClient({ endpoint: 'http://plaza', platform })
  const joining = client.live.join('r1')
  joining.catch(() => {})
  await clock.advance(100)
  const room = await joining
  const statuses: string[] = []
  const recovered: { gap: boolean; missed: number }[] = []
  const closed: { code: number; reason: string }[] = []
  room.on('status', (status) => statuses.push(status))
  room.on('recovered', (how) => recovered.push(how))
  room.on('closed', (why) => closed.push(why))
  return { clock, server, platform, room, statuses, recovered, closed }
}
