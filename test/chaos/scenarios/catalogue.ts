/** Every scenario, by name. */

import { clientScenarios } from './client.ts'
import { diskFull } from './disk.ts'
import { forgeryScenarios } from './forgery.ts'
import { identityScenarios } from './identity.ts'
import { kills } from './kills.ts'
import { lostTail } from './lost-tail.ts'
import { mediaScenarios } from './media.ts'
import { networkScenarios } from './network.ts'
import { postgresScenarios } from './postgres.ts'
import { processScenarios } from './process.ts'
import { redisScenarios } from './redis.ts'
import { soak } from './soak.ts'
import type { Scenario } from './scenario.ts'

export const catalogue: readonly Scenario[] = [
  ...processScenarios,
  kills,
  ...redisScenarios,
  ...postgresScenarios,
  diskFull,
  lostTail,
  ...networkScenarios,
  ...mediaScenarios,
  ...clientScenarios,
  ...identityScenarios,
  ...forgeryScenarios,
  soak,
]
