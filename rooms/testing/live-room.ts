/** A live room in memory, with time in the test's hand: nothing to install, nothing to wait for. */

import { systemAsker, type Asker } from '../../engine/kernel/context.ts'
import { Committer } from '../../engine/kernel/committer.ts'
import { compileKind } from '../../engine/kernel/compiled-kind.ts'
import type { RoomEvent } from '../../engine/kernel/journal.ts'
import { MemoryJournal } from '../../engine/kernel/memory-journal.ts'
import { RoomActor } from '../../engine/kernel/room-actor.ts'
import { ManualEnvironment } from '../../engine/kernel/testing/manual-environment.ts'
import { liveKind } from '../kinds/live.ts'
import { FakeGiftSettler, type FakeGiftSettlerOptions } from './fake-gift-settler.ts'

export const testHost: Asker = { id: 'u_host', name: 'Host', roles: ['user'] }
export const testModerator: Asker = { id: 'u_staff', name: 'Staff', roles: ['user', 'moderator'] }
export const testGuest: Asker = { id: 'g_1', name: 'Guest', roles: ['guest'] }

/** A user `u_<name>`. */
export function testUser(name: string): Asker {
  return { id: `u_${name}`, name, roles: ['user'] }
}

export interface LiveRoom {
  readonly env: ManualEnvironment
  readonly journal: MemoryJournal
  readonly settler: FakeGiftSettler
  /** The actor now; another one after `restart`. */
  readonly actor: RoomActor
  /** Everything that the room has published since it was made, in order. */
  readonly published: readonly RoomEvent[]
  /** Without an id the command gets a new one. */
  ask(asker: Asker, command: string, input?: unknown, id?: string): Promise<any>
  /** Asks as the platform does. */
  tell(command: string, input?: unknown): Promise<any>
  /** Moves time; what falls due has happened when it resolves. */
  advance(ms: number): Promise<void>
  /** Kills the actor without a word and opens the room anew: what was not durable is gone. */
  restart(): Promise<void>
  close(): Promise<void>
}

export interface LiveRoomOptions extends FakeGiftSettlerOptions {
  readonly key?: string
  /** False: the room is created, but its stream has not started. */
  readonly started?: boolean
}

/** A room of `testHost`, on the air with stream `s1`. */
export async function makeLiveRoom(options: LiveRoomOptions = {}): Promise<LiveRoom> {
  const { key = 'live_test', started = true } = options
  const env = new ManualEnvironment()
  const settler = new FakeGiftSettler(options)
  const journal = new MemoryJournal({ settlers: [settler] })
  const committer = new Committer(journal)
  const kind = compileKind(liveKind)
  const published: RoomEvent[] = []
  let opened = 0

  const open = async (): Promise<RoomActor> => {
    const owner = { node: 'test', incarnation: `${(opened += 1)}` }
    const actor = await RoomActor.open({ key, kind, journal, committer, env, owner })
    actor.listen({ events: ({ events }) => void published.push(...events), lost: () => undefined })
    return actor
  }

  let actor = await open()
  const ask: LiveRoom['ask'] = (asker, command, input = {}, id = env.newId()) =>
    actor.ask(command, input, asker, id)
  const room: LiveRoom = {
    env,
    journal,
    settler,
    published,
    get actor() {
      return actor
    },
    ask,
    tell: (command, input) => ask(systemAsker, command, input),
    advance: async (ms) => {
      env.advance(ms)
      await committer.idle()
    },
    restart: async () => {
      await committer.idle()
      actor = await open()
    },
    close: async () => {
      await actor.close()
      await committer.idle()
    },
  }
  const { id, name } = testHost
  await room.tell('live.create', { title: 'Test', category: 'music', host: { id, name } })
  if (started) await room.tell('live.streamStarted', { stream: 's1', at: env.now() })
  return room
}
