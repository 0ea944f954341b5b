/** The real clock, randomness and ids of a process. */

import { randomInt } from 'node:crypto'
import type { Environment } from '../kernel/room-core.ts'
import { CommandIds } from '../wire/command-id.ts'

/** `defect` is told of contract breaches by features; log it loudly. `now` gives ms since 1970. */
export function systemEnvironment(
  defect: Environment['defect'],
  now: () => number = Date.now,
): Environment {
  const ids = new CommandIds(now)
  return {
    now,
    random: () => randomInt(2 ** 47) / 2 ** 47,
    newId: () => ids.next(),
    after(ms, task) {
      const timer = setTimeout(task, ms)
      timer.unref()
      return () => clearTimeout(timer)
    },
    defect,
  }
}
