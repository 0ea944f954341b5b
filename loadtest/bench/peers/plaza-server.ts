/** The whole server as `npm start` runs it, on its embedded database, with accounts and without media. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemAsker } from '../../../engine/kernel/context.ts'
import { createClient } from '../../../sdk/index.ts'
import { readConfig } from '../../../server/config.ts'
import { startServer } from '../../../server/start-server.ts'
import type { StartPeer } from './peer.ts'

const password = 'a passphrase of the bench'

export const start: StartPeer = async ({ signedIn }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plaza-bench-'))
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  const server = await startServer(
    readConfig({
      PLAZA_DATA_DIR: dataDir,
      PLAZA_HOST: '127.0.0.1',
      PLAZA_PORT: '0',
      PLAZA_MEDIA: 'none',
      PLAZA_LOG_LEVEL: 'warn',
      PLAZA_RATE_LIMITS: 'off',
    }),
  )
  const host = createClient({ endpoint: `http://127.0.0.1:${server.port}` })
  await host.auth.register({ name: 'bench_host', password })
  const live = await host.live.create({ title: 'Bench', category: 'music' })
  const room = `live_${live.id}`
  const tokens: string[] = []
  for (let index = 0; index < signedIn; index += 1) {
    const origin = { network: '127.0.0.1', kind: 'token', device: 'bench' } as const
    const { session } = await server.services.accounts.register(
      { name: `viewer_${index}`, password },
      origin,
    )
    tokens.push(session.accessToken)
  }
  return {
    entrance: 'plaza',
    port: server.port,
    room,
    tokens,
    publish: (text) => void server.directory.ask(room, 'danmaku.send', { text }, systemAsker),
  }
}
