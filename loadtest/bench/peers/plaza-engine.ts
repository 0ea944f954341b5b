/** Our engine with a live room, and its journal in memory: rooms and sockets, without accounts and database. */

import { randomUUID } from 'node:crypto'
import { systemAsker, type Asker } from '../../../engine/kernel/context.ts'
import { MemoryJournal } from '../../../engine/kernel/memory-journal.ts'
import { LocalDirectory } from '../../../engine/runtime/directory.ts'
import { createEngine } from '../../../engine/runtime/engine.ts'
import { systemEnvironment } from '../../../engine/runtime/environment.ts'
import { defaultSettings } from '../../../engine/runtime/room-host.ts'
import { socketUrl } from '../../../engine/runtime/seats.ts'
import type { BriefResponse } from '../../../engine/transport/transport.ts'
import { liveKind } from '../../../rooms/kinds/live.ts'
import { FakeGiftSettler } from '../../../rooms/testing/fake-gift-settler.ts'
import { liftedLimits } from '../../../server/lifted-limits.ts'
import type { StartPeer } from './peer.ts'

const room = 'live_bench'
const speakers = 1_000

export const start: StartPeer = async ({ tickMs }) => {
  const defect = (error: unknown): void => {
    throw error
  }
  const directory = new LocalDirectory({
    kinds: [liveKind],
    journal: new MemoryJournal({ settlers: [new FakeGiftSettler()] }),
    owner: { node: 'bench', incarnation: randomUUID() },
    env: systemEnvironment(defect),
  })
  const show = { title: 'Bench', category: 'music', host: { id: 'u_host', name: 'Host' } }
  await directory.ask(room, 'live.create', show, systemAsker)
  const { windows } = defaultSettings
  let guests = 0
  const engine = await createEngine({
    directory,
    secret: randomUUID() + randomUUID(),
    http: Object.assign(async () => new Response(null, { status: 404 }), { brief: seat }),
    transport: { prefer: 'uws', ...liftedLimits.transport },
    settings: {
      ...liftedLimits.settings,
      windows: { ...windows, should: tickMs },
      lines: { perSecond: 1_000, burst: 1_000 },
    },
    defect,
  })
  async function seat(): Promise<BriefResponse> {
    const guest = { id: `g_${(guests += 1)}`, name: 'Guest', roles: ['guest'] }
    const issued = await engine.seats.issue(room, guest)
    const body = JSON.stringify({ socketUrl: socketUrl(`http://127.0.0.1:${port}`, issued) })
    return { status: 200, headers: [], body }
  }
  const port = await engine.listen(0, '127.0.0.1')
  const people = Array.from({ length: speakers }, (_, index): Asker => {
    return { id: `u_0123456${index}`, name: 'somebody', roles: ['user'] }
  })
  let said = 0
  return {
    entrance: 'plaza',
    port,
    room,
    publish(text) {
      const asker = people[(said += 1) % speakers]!
      void directory.ask(room, 'danmaku.send', { text }, asker)
    },
  }
}
