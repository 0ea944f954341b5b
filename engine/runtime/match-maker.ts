/** Colyseus's matchmaker, of which there is one a process: shared by the engines in it, and closed to clients. */

import { LocalDriver, LocalPresence, matchMaker } from '@colyseus/core'
import { ActorRoom } from './actor-room.ts'

let users = 0
let change: Promise<unknown> = Promise.resolve()

/**
 * Sets it up for the first engine. It keeps the list of this process's rooms and nothing else: seats are
 * ours, no room can be created or joined over HTTP or by another process.
 */
export function enterMatchMaker(kinds: Iterable<string>): Promise<void> {
  return next(async () => {
    users += 1
    if (users === 1) {
      matchMaker.controller.exposedMethods = []
      await matchMaker.setup(new LocalPresence(), new LocalDriver())
      await matchMaker.accept(true)
    }
    for (const kind of kinds) matchMaker.defineRoomType(kind, ActorRoom as never)
  })
}

/** Shuts it down after the last engine. */
export function leaveMatchMaker(): Promise<void> {
  return next(async () => {
    users -= 1
    if (users === 0) await matchMaker.gracefullyShutdown()
  })
}

function next(step: () => Promise<void>): Promise<void> {
  const done = change.then(step)
  change = done.catch(() => undefined)
  return done
}
