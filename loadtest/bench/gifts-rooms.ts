/** Live rooms on the air, and a sender of gifts to them: all that stands between a socket and the disk. */

import { uuidv7 } from 'uuidv7'
import { systemAsker } from '../../engine/kernel/context.ts'
import { LocalDirectory } from '../../engine/runtime/directory.ts'
import { systemEnvironment } from '../../engine/runtime/environment.ts'
import { giftSettler } from '../../persistence/gift-settler.ts'
import { SqlJournal } from '../../persistence/sql-journal.ts'
import { giftRecorder } from '../../rooms/features/gift/gift.store.ts'
import { liveKind } from '../../rooms/kinds/live.ts'
import type { GiftBooks } from './gifts-databases.ts'

/** Resolves when the gift is acknowledged. */
export type GiftSender = (sender: string) => Promise<void>

export async function giftRooms({
  database,
  rooms,
}: GiftBooks): Promise<{ send: GiftSender; close: () => Promise<void> }> {
  const directory = new LocalDirectory({
    kinds: [liveKind],
    journal: new SqlJournal(database.db, {
      settlers: [giftSettler({ dailyLimit: Number.MAX_SAFE_INTEGER })],
      recorders: [giftRecorder],
    }),
    owner: { node: 'bench', incarnation: uuidv7() },
    env: systemEnvironment((error) => {
      throw error
    }),
  })
  for (const room of rooms) {
    const host = { id: room.replace('live_', 'u_host'), name: 'host' }
    const create = { host, title: 'bench', category: 'music' }
    await directory.ask(room, 'live.create', create, systemAsker).catch(ignoreExisting)
    const stream = { stream: uuidv7(), at: Date.now() }
    await directory.ask(room, 'live.streamStarted', stream, systemAsker)
  }
  return {
    send: async (sender) => {
      const room = rooms[Math.floor(Math.random() * rooms.length)]!
      const asker = { id: sender, name: sender, roles: ['user'] }
      await directory.ask(room, 'gift.send', { gift: 'drum', count: 1 }, asker, uuidv7())
    },
    close: () => directory.close(),
  }
}

/** The rooms of the run before are there still. */
function ignoreExisting(error: { code?: string }): void {
  if (error.code !== 'live.exists') throw error
}
