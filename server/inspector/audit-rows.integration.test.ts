import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { readConfig } from '../config.ts'
import { startServer } from '../start-server.ts'

const password = 'a long enough passphrase'
const reason = 'a good reason'

interface Sample {
  /** Of the row that it writes; a refused deed has a second one that ends in `.failed`. */
  readonly action: string
  readonly body?: object
  /** Why it comes to nothing on a server that is alone. */
  readonly refused?: string
}

/** How each route of staff is called. A route that is not here fails the test: say what its row is. */
const samples = (target: string): Readonly<Record<string, Sample>> => ({
  'GET /api/admin/nodes': { action: 'nodes.read' },
  'GET /api/admin/rooms': { action: 'rooms.read' },
  'GET /api/admin/rooms/{key}': { action: 'room.read' },
  'GET /api/admin/rooms/{key}/events': { action: 'room.read' },
  'GET /api/admin/rooms/{key}/at/{seq}': { action: 'room.read' },
  'GET /api/admin/audit': { action: 'audit.read' },
  'GET /api/admin/audit/verify': { action: 'audit.verify' },
  'POST /api/admin/rooms/{key}/mute': {
    action: 'room.mute',
    body: { user: target, seconds: 1, reason },
  },
  'POST /api/admin/rooms/{key}/unmute': { action: 'room.unmute', body: { user: target, reason } },
  'POST /api/admin/rooms/{key}/kick': {
    action: 'room.kick',
    body: { user: target, seconds: 0, reason },
  },
  'POST /api/admin/rooms/{key}/slow': { action: 'room.slow', body: { seconds: 0, reason } },
  'POST /api/admin/rooms/{key}/suspend': { action: 'room.suspend', body: { reason } },
  'POST /api/admin/rooms/{key}/restore': { action: 'room.restore', body: { reason } },
  'POST /api/admin/rooms/{key}/close': { action: 'room.close', body: { reason } },
  'POST /api/admin/rooms/{key}/handover': {
    action: 'room.handover',
    body: { node: 'elsewhere', reason },
    refused: 'node.unknown',
  },
  'POST /api/admin/rooms/{key}/watch': { action: 'room.watch', body: { reason } },
  'POST /api/admin/nodes/{node}/drain': {
    action: 'node.drain',
    body: { reason },
    refused: 'node.last',
  },
  'POST /api/admin/nodes/{node}/resume': { action: 'node.resume', body: { reason } },
  'PUT /api/users/{id}/roles': { action: 'user.roles', body: { roles: ['moderator'] } },
})

test('[IN23] every route of staff writes exactly one row, and a refused deed a second one', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'plaza-audit-'))
  const server = await startServer(
    readConfig({
      PLAZA_HOST: '127.0.0.1',
      PLAZA_PORT: '0',
      PLAZA_DATA_DIR: dataDir,
      PLAZA_MEDIA: 'none',
      PLAZA_RATE_LIMITS: 'off',
      PLAZA_LOG_LEVEL: 'fatal',
      PLAZA_NODE_ID: 'node-one',
    }),
  )
  t.after(async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  const { port, database, services, directory } = server
  const call = async (method: string, path: string, token?: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : undefined }
  }
  let people = 0
  const person = async (...roles: 'admin'[]) => {
    const name = `person_${(people += 1)}`
    const { body } = await call('POST', '/api/auth/register', undefined, { name, password })
    if (roles.length) await services.accounts.setRoles(body.user.id, roles)
    return { id: body.user.id as string, token: body.accessToken as string }
  }
  const target = await person()
  const made = await call('POST', '/api/live', (await person()).token, {
    title: 'watched',
    category: 'music',
  })
  const key = made.body.room as string
  const values: Record<string, string> = { key, seq: '1', node: 'node-one', id: target.id }
  const known = samples(target.id)

  const { paths } = (await call('GET', '/api/openapi.json')).body
  const routes = Object.entries<Record<string, { description: string }>>(paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).flatMap(([method, { description }]) =>
        /Needs: (admin|moderator)/.test(description) ? [`${method.toUpperCase()} ${path}`] : [],
      ),
  )
  assert.deepEqual(routes.toSorted(), Object.keys(known).toSorted())
  for (const route of routes) {
    const { action, body, refused } = known[route]!
    const [method, path] = route.split(' ') as [string, string]
    const admin = await person('admin') // looks are told once a minute and admin
    await directory.actor(key)
    const last = await sql<{ id: number }>`
      select coalesce(max(id), 0)::int as id from audit_event`.execute(database.db)
    const at = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!)
    const answer = await call(method, at, admin.token, body)
    assert.equal(answer.body?.code, refused, route)
    if (!refused) assert.ok(answer.status < 300, `${route} ${answer.status}`)
    const { rows } = await sql<{ action: string; actor: string; reason: string | null }>`
      select action, actor, reason from audit_event where id > ${last.rows[0]!.id} order by id`.execute(
      database.db,
    )
    const actions = [action, ...(refused ? [`${action}.failed`] : [])]
    assert.deepEqual(
      rows.map((row) => [row.action, row.actor]),
      actions.map((one) => [one, admin.id]),
      route,
    )
    const asks = body !== undefined && 'reason' in body
    assert.equal(rows[0]!.reason, asks ? reason : null, route)
  }
  const { items } = await services.audit.list({ limit: 1, target: target.id })
  assert.deepEqual(items[0]?.detail, { from: [], to: ['moderator'] })
  assert.equal((await services.audit.verify()).ok, true)
})
