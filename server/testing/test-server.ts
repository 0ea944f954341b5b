/** The whole HTTP side over one database, called without a port; rooms and seats are small fakes. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Asker } from '../../engine/kernel/context.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Db } from '../../persistence/tables.ts'
import type { Rooms } from '../../services/channels/channels.ts'
import type { Me } from '../../services/profiles/profiles.protocol.ts'
import { readConfig } from '../config.ts'
import { createHttp, type HttpDeps } from '../http/create-http.ts'
import type { SeatIssuer } from '../http/seat-routes.ts'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../metrics.ts'
import { loadSecrets } from '../secrets.ts'
import { createServices, type Services } from '../services.ts'

/** A room as the tests see it: who created it and what was asked of it. */
export class FakeRooms implements Rooms {
  readonly asked: { room: string; command: string; input: any; asker: Asker }[] = []
  readonly #hosts = new Map<string, string>()
  /** The next ask fails with this. */
  fail: Error | undefined

  async ask(room: string, command: string, input: any, asker: Asker): Promise<unknown> {
    if (this.fail) {
      const error = this.fail
      this.fail = undefined
      throw error
    }
    this.asked.push({ room, command, input, asker })
    if (command === 'live.create') {
      const created = !this.#hosts.has(room)
      this.#hosts.set(room, input.host.id)
      return { created }
    }
    if (asker.id !== this.#hosts.get(room))
      throw new RoomError('forbidden', 'Only the host may do this.')
    return input
  }
}

export class FakeSeats implements SeatIssuer {
  readonly issued: { room: string; asker: Asker; session?: string }[] = []

  issue(room: string, asker: Asker, options: { session?: string }) {
    this.issued.push({ room, asker, ...options })
    return { name: 'live', sessionId: 'ticket', roomId: room, processId: 'p1' }
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; undefined when it is none. */
  readonly body: any
}

export interface CallOptions {
  readonly token?: string
  readonly body?: unknown
  readonly raw?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
  readonly ip?: string
}

export interface TestServer {
  readonly handler: ReturnType<typeof createHttp>
  readonly services: Services
  readonly rooms: FakeRooms
  readonly seats: FakeSeats
  readonly clock: { now: number }
  /** Lines of the log. */
  readonly log: string[]
  readonly ended: { userId: string; ids: readonly string[] }[]
  /** Users whose roles changed. */
  readonly promoted: string[]
  readonly dataDir: string
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** A fresh user. */
  user(name?: string): Promise<{ token: string; refreshToken: string; me: Me }>
  close(): void
}

export interface TestServerOptions {
  readonly db: Db
  readonly env?: Readonly<Record<string, string>>
  readonly webDir?: string
  readonly deps?: Partial<HttpDeps>
}

export const origin = 'http://plaza.test'
export const goodPassword = 'correct horse battery'
let users = 0

export function createTestServer({
  db,
  env = {},
  webDir,
  deps = {},
}: TestServerOptions): TestServer {
  const dataDir = mkdtempSync(join(tmpdir(), 'plaza-http-'))
  const config = readConfig({ PLAZA_DATA_DIR: dataDir, PLAZA_RATE_LIMITS: 'off', ...env })
  const clock = { now: Date.now() }
  const log: string[] = []
  const logger = createLogger({ level: 'debug' }, { write: (line: string) => void log.push(line) })
  const rooms = new FakeRooms()
  const seats = new FakeSeats()
  const ended: TestServer['ended'] = []
  const promoted: string[] = []
  const services = createServices({
    config,
    secrets: loadSecrets(config),
    db,
    rooms,
    logger,
    now: () => clock.now,
    onSessionsEnd: (userId, ids) => void ended.push({ userId, ids }),
    onRolesChange: (userId) => void promoted.push(userId),
  })
  const handler = createHttp({
    config,
    services,
    seats,
    logger,
    metrics: createMetrics('test'),
    version: '0.0.0',
    webDir: webDir ?? join(dataDir, 'web'),
    problems: async () => [],
    checkAnswers: true,
    ...deps,
  })

  const call: TestServer['call'] = async (method, path, options = {}) => {
    const headers = new Headers(options.headers)
    if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`)
    let body: BodyInit | undefined
    if (options.raw !== undefined) body = bytesOf(options.raw)
    else if (options.body !== undefined) {
      body = JSON.stringify(options.body)
      if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    }
    const request = new Request(origin + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    })
    const response = await handler(request, { ip: options.ip ?? '203.0.113.5' })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parse(text) }
  }

  return {
    handler,
    services,
    rooms,
    seats,
    clock,
    log,
    ended,
    promoted,
    dataDir,
    call,
    user: async (name = `tester_${++users}`) => {
      const { status, body, text } = await call('POST', '/api/auth/register', {
        body: { name, password: goodPassword },
      })
      if (status !== 201) throw new Error(`register answered ${status}: ${text}`)
      return { token: body.accessToken, refreshToken: body.refreshToken, me: body.user }
    },
    close: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

function bytesOf(raw: Uint8Array | string): BodyInit {
  return typeof raw === 'string' ? raw : new Uint8Array(raw)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
