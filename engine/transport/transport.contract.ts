/** What every transport does alike, rule by rule. */

import { test } from 'node:test'
import type { MakeTransport, Rule } from './testing/transport-bed.ts'
import { doorContract } from './transport-door.contract.ts'
import { httpContract } from './transport-http.contract.ts'
import { socketContract } from './transport-sockets.contract.ts'
import { streamContract } from './transport-streams.contract.ts'

export function transportContract(name: string, make: MakeTransport): void {
  const rule: Rule = (title, body) => void test(`${title} (${name})`, { timeout: 60_000 }, body)
  for (const contract of [socketContract, doorContract, httpContract, streamContract])
    contract(make, rule)
}
