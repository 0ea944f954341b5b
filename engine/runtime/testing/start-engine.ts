/** An engine over the memory journal, for tests. */

import { randomUUID } from 'node:crypto'
import type { Asker } from '../../kernel/context.ts'
import { MemoryJournal } from '../../kernel/memory-journal.ts'
import type { CreateTransportOptions } from '../../transport/create-transport.ts'
import { LocalDirectory } from '../directory.ts'
import { createEngine, type Engine, type EngineOptions } from '../engine.ts'
import { systemEnvironment } from '../environment.ts'
import { socketUrl, type Seat } from '../seats.ts'
import { chatKind } from './chat-kind.ts'
import { RawClient } from './raw-client.ts'

export interface TestNode {
  readonly engine: Engine
  readonly directory: LocalDirectory
  readonly journal: MemoryJournal
  readonly port: number
  readonly defects: unknown[]
  seat(room: string, asker?: Asker): Promise<Seat>
  url(seat: Seat, at?: string): string
  join(room: string, asker?: Asker, at?: string): Promise<RawClient>
  stop(): Promise<void>
}

export function user(name: string, roles: string[] = ['user']): Asker {
  return { id: `u_${name}`, name, roles }
}

export async function startEngine(
  prefer: 'uws' | 'ws',
  options: Partial<EngineOptions> & {
    journal?: MemoryJournal
    transport?: Partial<CreateTransportOptions>
  } = {},
): Promise<TestNode> {
  const defects: unknown[] = []
  const defect = (error: unknown): void => void defects.push(error)
  const journal = options.journal ?? new MemoryJournal()
  const directory = new LocalDirectory({
    kinds: [chatKind],
    journal,
    owner: { node: 'test', incarnation: randomUUID() },
    env: systemEnvironment(defect),
  })
  const engine = await createEngine({
    directory,
    secret: 'a secret of the tests, 32 bytes and more',
    http: async () => new Response('hello'),
    defect,
    ...options,
    transport: { prefer, ...options.transport },
  })
  const port = await engine.listen(0, '127.0.0.1')
  const seat = async (room: string, asker = user('ada')): Promise<Seat> =>
    engine.seats.issue(room, asker)
  const url = (one: Seat, at?: string): string =>
    socketUrl(`http://127.0.0.1:${port}`, one) + (at ? `&at=${at}` : '')
  return {
    engine,
    directory,
    journal,
    port,
    defects,
    seat,
    url,
    join: async (room, asker, at) => new RawClient(url(await seat(room, asker), at)),
    async stop() {
      await engine.stop()
      await directory.close()
    },
  }
}

/** Waits for a condition that nothing announces; fails after ten seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const until = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > until) throw new Error(`never: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
