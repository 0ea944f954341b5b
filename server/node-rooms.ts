/** The rooms of a node: their journal and directory, and those who watch all of them. */

import { LocalDirectory } from '../engine/runtime/directory.ts'
import { systemEnvironment } from '../engine/runtime/environment.ts'
import { giftSettler } from '../persistence/gift-settler.ts'
import type { Migrations } from '../persistence/migrate.ts'
import { SqlJournal } from '../persistence/sql-journal.ts'
import type { Db } from '../persistence/tables.ts'
import { DanmakuArchive } from '../rooms/features/danmaku/danmaku-archive.ts'
import { danmakuMigrations } from '../rooms/features/danmaku/danmaku.store.ts'
import { giftMigrations, giftRecorder } from '../rooms/features/gift/gift.store.ts'
import { liveMigrations, liveRecorder } from '../rooms/features/live/live.store.ts'
import { liveKind } from '../rooms/kinds/live.ts'
import type { Config } from './config.ts'
import { watchRooms, type RoomWatch } from './inspector/room-watch.ts'
import type { Logger } from './logger.ts'
import { ViewerCounts } from './viewer-counts.ts'

export const roomMigrations: readonly Migrations[] = [
  danmakuMigrations,
  giftMigrations,
  liveMigrations,
]

export interface NodeRooms {
  readonly directory: LocalDirectory
  readonly watch: RoomWatch
  /** Stores every room and writes what the archives hold. */
  close(): Promise<void>
}

export interface NodeRoomsOptions {
  readonly config: Pick<Config, 'dailyLimit' | 'timeZone' | 'streamerPercent'>
  readonly db: Db
  readonly log: Logger
  readonly defect: (error: unknown, where: string) => void
  /** The time that all nodes share, ms since 1970. */
  readonly now: () => number
  readonly writeViewers: (counts: ReadonlyMap<string, number>) => Promise<void>
}

/** How often rooms are looked for whose timers fell due while nobody held them, ms. */
const wakeMs = 1_000

/** Opens no room before the directory is given an owner. */
export function createNodeRooms(options: NodeRoomsOptions): NodeRooms {
  const { db, log, defect } = options
  const archive = new DanmakuArchive(db, {
    onError: (error, dropped) => log.warn({ err: error, dropped }, 'danmaku could not be kept'),
  })
  const viewers = new ViewerCounts(options.writeViewers)
  const env = systemEnvironment(defect, options.now)
  const watch = watchRooms({
    journal: new SqlJournal(db, {
      settlers: [giftSettler(options.config)],
      recorders: [giftRecorder, liveRecorder],
    }),
    env,
    kinds: () => directory.kinds,
  })
  const directory: LocalDirectory = new LocalDirectory({
    kinds: [liveKind],
    journal: watch.journal,
    env,
    observe(room, batch) {
      archive.observe(room, batch.events)
      viewers.observe(room, batch)
      watch.observe(room, batch)
    },
    lost: watch.lost,
  })
  const waking = setInterval(() => {
    directory.wakeDue().catch((error: unknown) => defect(error, 'timers'))
  }, wakeMs).unref()
  return {
    directory,
    watch,
    async close() {
      clearInterval(waking)
      await directory.close()
      await viewers.close()
      await archive.close()
    },
  }
}
