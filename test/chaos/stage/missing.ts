/** Whether this machine has the servers that a cluster needs. */

import { spawnSync } from 'node:child_process'
import { ownPostgresMissing } from './own-postgres.ts'

/** Why there can be no chaos here, or false. */
export function missingServers(): string | false {
  const redis = spawnSync('redis-server', ['--version']).status === 0
  return redis ? ownPostgresMissing() : 'no redis-server on this machine'
}
