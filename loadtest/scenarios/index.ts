/** Every scenario by its name. One that needs another kind of room comes with that room: one file and one line. */

import { giftRush } from './gift-rush.ts'
import { joinStorm } from './join-storm.ts'
import { mixedEvening } from './mixed-evening.ts'
import { overload } from './overload.ts'
import { reconnectStorm } from './reconnect-storm.ts'
import { rtmpIngest } from './rtmp-ingest.ts'
import type { Scenario } from './scenario.ts'
import { viralRoom } from './viral-room.ts'

const all = [
  viralRoom,
  giftRush,
  joinStorm,
  reconnectStorm,
  mixedEvening,
  overload,
  rtmpIngest,
] as const satisfies readonly Scenario[]

export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  all.map((scenario) => [scenario.name, scenario]),
)
