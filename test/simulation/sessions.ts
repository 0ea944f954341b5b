/** A node's side of its clients: commands into rooms, and rooms' events out, without a gap. */

import type { Directory, LocalDirectory } from '../../engine/runtime/directory.ts'
import type { Asker } from '../../engine/kernel/context.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import type { PublishedBatch, RoomActor } from '../../engine/kernel/room-actor.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { RoomEvent } from '../../engine/kernel/journal.ts'
import type { Checker } from './checker.ts'
import type { SimView } from './sim-kind.ts'

export type Reply =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly code: string; readonly node: string | undefined }

export interface Welcome {
  readonly epoch: number
  readonly seq: number
  readonly now: number
  /** What was missed since the position that the client named; else it gets a view. */
  readonly missed?: readonly RoomEvent[]
  readonly view?: SimView
}

/** What a session sends to its client. */
export interface Downstream {
  welcome(welcome: Welcome): void
  frame(firstSeq: number, events: readonly RoomEvent[]): void
  /** The stream is over: join again, perhaps elsewhere. */
  over(code: string, node: string | undefined): void
}

export interface Join {
  readonly room: RoomKey
  readonly who: Asker
  /** Grows with each join of this client: what arrives late is known as old. */
  readonly session: number
  /** The last number that the client has, or undefined for a newcomer. */
  readonly at: number | undefined
  readonly now: () => number
}

interface Open {
  readonly session: number
  stop: () => void
}

export class Sessions {
  readonly #directory: Directory
  readonly #local: LocalDirectory
  readonly #checker: Checker
  readonly #open = new Map<string, Open>()

  constructor(directory: Directory, local: LocalDirectory, checker: Checker) {
    this.#directory = directory
    this.#local = local
    this.#checker = checker
  }

  async ask(
    room: RoomKey,
    command: string,
    input: unknown,
    who: Asker,
    id: string,
  ): Promise<Reply> {
    try {
      const answer = await this.#directory.ask(room, command, input, who, id)
      this.#checker.answered(room, command, id, answer)
      return { ok: true, answer }
    } catch (error) {
      return { ok: false, ...refusalOf(error) }
    }
  }

  async join(join: Join, down: Downstream): Promise<void> {
    const key = `${join.who.id} ${join.room}`
    const former = this.#open.get(key)
    if (former && former.session >= join.session) return
    former?.stop()
    let stopped = false
    const mine: Open = {
      session: join.session,
      stop: () => {
        stopped = true
      },
    }
    this.#open.set(key, mine)
    try {
      const actor = await this.#local.actor(join.room)
      if (stopped) return
      const end = await this.#serve(actor, join, down)
      if (stopped) end()
      else mine.stop = end
    } catch (error) {
      if (this.#open.get(key) === mine) this.#open.delete(key)
      const { code, node } = refusalOf(error)
      down.over(code, node)
    }
  }

  leave(who: Asker, room: RoomKey): void {
    this.#open.get(`${who.id} ${room}`)?.stop()
    this.#open.delete(`${who.id} ${room}`)
  }

  async #serve(actor: RoomActor, join: Join, down: Downstream): Promise<() => void> {
    let held: PublishedBatch[] | undefined
    const send = ({ firstSeq, events }: PublishedBatch, after = 0): void => {
      if (firstSeq === 0) return
      const known = Math.max(0, after - firstSeq + 1)
      if (known < events.length) down.frame(firstSeq + known, events.slice(known))
    }
    const end = actor.listen({
      events: (batch) => (held ? void held.push(batch) : send(batch)),
      lost: () => down.over('room.lost', undefined),
    })
    const missed = join.at === undefined ? undefined : actor.since(join.at)
    if (missed) {
      const { epoch, seq } = actor.position
      down.welcome({ epoch, seq, now: join.now(), missed })
      return end
    }
    this.#checker.stats.gaps += 1
    held = []
    try {
      const { position, view } = await actor.view(join.who)
      const { epoch, seq } = position
      down.welcome({ epoch, seq, now: join.now(), view: view.square as SimView })
      for (const batch of held) send(batch, seq)
      held = undefined
      return end
    } catch (error) {
      end()
      throw error
    }
  }
}

function refusalOf(error: unknown): { code: string; node: string | undefined } {
  if (!(error instanceof RoomError)) return { code: 'internal', node: undefined }
  const { node } = error.data
  return { code: error.code, node: typeof node === 'string' ? node : undefined }
}
