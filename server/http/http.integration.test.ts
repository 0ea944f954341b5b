import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { uuidv7 } from 'uuidv7'
import { persistenceMigrations } from '../../persistence/migrations.ts'
import { openerOf } from '../../persistence/testing/databases.ts'
import type { Db } from '../../persistence/tables.ts'
import { serviceMigrations } from '../services.ts'
import { createTestServer, goodPassword, origin, type TestServer } from '../testing/test-server.ts'

// What does not touch SQL behaves the same on every database: one is enough here.
const open = openerOf('pglite')

let db: Db
let server: TestServer
let mia: Awaited<ReturnType<TestServer['user']>>
/** Token of an admin. */
let probe: string
before(async () => {
  db = (await open([persistenceMigrations, serviceMigrations])).db
  server = createTestServer({ db })
  mia = await server.user()
  const admin = await server.user()
  await db
    .updateTable('users')
    .set({ roles: ['admin'] })
    .where('id', '=', admin.me.id)
    .execute()
  server.clock.now += 1000
  probe = admin.token
  const webDir = join(server.dataDir, 'web')
  mkdirSync(join(webDir, 'assets'), { recursive: true })
  writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>Plaza</title>')
  writeFileSync(join(webDir, 'assets/app-1.js'), 'export {}')
})

interface Operation {
  readonly method: string
  readonly path: string
  readonly isPublic: boolean
  readonly hasBody: boolean
  readonly hasJson: boolean
  readonly needs: string
}

/** Every operation of the description, with parameters that are well formed and name nothing. */
async function operations(): Promise<Operation[]> {
  const { body } = await server.call('GET', '/api/openapi.json')
  return Object.entries(body.paths as Record<string, Record<string, any>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path: path
          .replace('{provider}', 'sandbox')
          .replace('{key}', 'live_zzzzzzzzzz')
          .replace('/sessions/{id}', `/sessions/${uuidv7()}`)
          .replace('/topups/{id}', `/topups/${uuidv7()}`)
          .replace('/users/{id}', '/users/u_zzzzzzzzzzzz')
          .replace('{id}', 'zzzzzzzzzz'),
        isPublic: operation.security === undefined,
        hasBody: operation.requestBody !== undefined,
        hasJson: operation.requestBody?.content['application/json'] !== undefined,
        needs: /Needs: (\w+)/.exec(operation.description)?.[1] ?? 'nobody',
      })),
  )
}

// An admin reaches every check behind the door.
const isRefusal = (code: string): boolean => code === 'invalid'

const expected = `
  post /auth/register
  post /auth/login
  post /auth/refresh
  post /auth/logout
  get /auth/sessions
  delete /auth/sessions/{id}
  post /auth/password
  post /auth/first-admin
  get /me
  patch /me
  put /me/avatar
  get /users/{id}
  put /users/{id}/roles
  post /uploads
  get /categories
  get /live
  post /live
  get /live/mine
  get /live/{id}
  patch /live/{id}
  post /live/{id}/key
  get /live/{id}/playback
  get /live/{id}/replays
  get /replays/{id}
  post /rooms/{key}/seat
  get /nodes
  get /gifts
  get /wallet
  get /wallet/entries
  post /wallet/topups
  get /wallet/topups/{id}
  post /payments/{provider}/webhook
  get /config
`

describe('every route', () => {
  test('[HT12] the description has every operation of the API, each with its answers', async () => {
    const { body } = await server.call('GET', '/api/openapi.json')
    assert.equal(body.openapi, '3.1.0')
    const all = Object.entries(body.paths as Record<string, object>)
      .flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m} ${path.slice(4)}`))
      .sort()
    assert.deepEqual(
      all,
      expected
        .trim()
        .split(/\s*\n\s*/)
        .sort(),
    )
    const names = Object.values(body.paths as Record<string, Record<string, any>>).flatMap(
      (methods) => Object.values(methods).map((operation) => operation.operationId as string),
    )
    assert.equal(new Set(names).size, names.length)
    const register = body.paths['/api/auth/register'].post
    assert.deepEqual(register.requestBody.content['application/json'].schema.required, [
      'name',
      'password',
    ])
    assert.equal(
      register.requestBody.content['application/json'].schema.additionalProperties,
      false,
    )
    assert.ok(register.responses['201'] && register.responses['default'])
  })

  test('[HT15] without a login, or with a token that is none, what needs a user is refused', async () => {
    const needing = (await operations()).filter(({ isPublic }) => !isPublic)
    assert.ok(needing.length >= 15)
    for (const { method, path } of needing) {
      const guest = await server.call(method, path)
      assert.deepEqual(
        [guest.status, guest.body.code],
        [401, 'login_required'],
        `${method} ${path}`,
      )
      const forged = await server.call(method, path, { token: 'eyJhbGciOiJub25lIn0.e30.' })
      assert.deepEqual(
        [forged.status, forged.body.code],
        [401, 'unauthorized'],
        `${method} ${path}`,
      )
    }
    for (const authorization of [
      'Basic dXNlcjpwYXNz',
      'Bearer',
      'Bearer a b',
      `Bearer ${'x'.repeat(5000)}`,
    ]) {
      const answer = await server.call('GET', '/api/me', { headers: { authorization } })
      assert.equal(answer.body.code, 'unauthorized', authorization.slice(0, 20))
    }
  })

  test('[HT15] what needs staff refuses users', async () => {
    const staff = (await operations()).filter(
      ({ needs }) => needs === 'admin' || needs === 'moderator',
    )
    assert.ok(staff.length >= 1)
    for (const { method, path } of staff) {
      const answer = await server.call(method, path, {
        token: mia.token,
        body: { roles: ['admin'] },
      })
      assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden'], `${method} ${path}`)
    }
  })

  test('[HT1] a query or body that it does not know is refused, naming what is wrong', async () => {
    for (const { method, path, hasBody, hasJson } of await operations()) {
      const where = `${method} ${path}`
      const query = await server.call(method, `${path}?nonsense=1`, {
        token: probe,
        ...(hasBody ? { body: {} } : {}),
      })
      assert.ok(isRefusal(query.body.code), `${where} took an unknown query: ${query.text}`)
      if (method === 'GET' || (hasBody && !hasJson)) continue
      const body = await server.call(method, path, { token: probe, body: { nonsense: 1 } })
      assert.ok(isRefusal(body.body.code), `${where} took an unknown member: ${body.text}`)
    }
  })

  test('[HT1] bodies of every wrong kind are refused and nothing breaks', async () => {
    const wrong = [
      null,
      1,
      'text',
      [],
      [1],
      true,
      { a: { b: 1 } },
      { name: {}, password: [] },
      { id: -1 },
    ]
    for (const { method, path, hasJson } of await operations()) {
      if (!hasJson) continue
      for (const body of wrong) {
        const answer = await server.call(method, path, { token: probe, body })
        assert.equal(answer.body.code, 'invalid', `${method} ${path} ${JSON.stringify(body)}`)
      }
      for (const raw of [
        '{',
        '{"a":1}{',
        '\u0000',
        '{"__proto__":{"x":1}}',
        `{"a":"${'x'.repeat(70_000)}"}`,
      ]) {
        const answer = await server.call(method, path, {
          token: probe,
          raw,
          headers: { 'content-type': 'application/json' },
        })
        assert.ok(
          [400, 413].includes(answer.status),
          `${method} ${path} ${raw.slice(0, 20)}: ${answer.status}`,
        )
      }
    }
    assert.equal(({} as any).x, undefined)
    assert.ok(!server.log.some((line) => line.includes('A request failed')), server.log.join(''))
  })

  test('[HT1] ids of every wrong kind are refused and nothing breaks', async () => {
    const { body } = await server.call('GET', '/api/openapi.json')
    const ids = [
      '%00',
      '..%2f..%2fetc',
      "'--",
      '%F0%9F%98%80',
      '__proto__',
      'constructor',
      '-1',
      '1e9',
      'x'.repeat(300),
      '%ff',
    ]
    for (const [path, methods] of Object.entries(body.paths as Record<string, object>)) {
      if (!path.includes('{')) continue
      for (const method of Object.keys(methods))
        for (const id of ids) {
          const answer = await server.call(method.toUpperCase(), path.replace(/\{\w+\}/, id), {
            token: probe,
          })
          assert.ok([400, 404].includes(answer.status), `${method} ${path} ${id}: ${answer.status}`)
        }
    }
  })

  test('[HT16] unknown addresses are told as problems, known ones under another method with theirs', async () => {
    const missing = await server.call('GET', '/api/nothing')
    assert.deepEqual([missing.status, missing.body.code], [404, 'not_found'])
    assert.equal((await server.call('POST', '/nothing', { body: {} })).status, 404)
    const other = await server.call('DELETE', '/api/me', { token: mia.token })
    assert.deepEqual([other.status, other.headers.get('allow')], [405, 'GET, PATCH'])
    const head = await server.call('HEAD', '/api/categories')
    assert.deepEqual([head.status, head.text], [200, ''])
  })
})

describe('answers', () => {
  test('[HT4] a failure of our own is told without its text and logged with it', async () => {
    server.rooms.fail = new Error('the secret cause')
    const { token } = await server.user()
    const answer = await server.call('POST', '/api/live', {
      token,
      body: { title: 'x', category: 'chat' },
    })
    assert.deepEqual([answer.status, answer.body.code], [500, 'internal'])
    assert.ok(!answer.text.includes('secret cause'))
    const line = server.log.find((l) => l.includes('the secret cause'))!
    assert.ok(line.includes(answer.body.data.request))
  })

  test('[HT5] another site may read only when it is on the list', async () => {
    const listed = createTestServer({ db, env: { PLAZA_ALLOWED_ORIGINS: 'https://app.example' } })
    const ask = (from: string, method = 'GET') =>
      listed.call(method, '/api/categories', { headers: { origin: from } })
    assert.equal(
      (await ask('https://app.example')).headers.get('access-control-allow-origin'),
      'https://app.example',
    )
    assert.equal(
      (await ask('https://evil.example')).headers.get('access-control-allow-origin'),
      null,
    )
    const preflight = await ask('https://app.example', 'OPTIONS')
    assert.deepEqual(
      [preflight.status, preflight.headers.get('access-control-allow-headers')],
      [204, 'authorization, content-type'],
    )
    assert.equal(
      (await ask('https://evil.example', 'OPTIONS')).headers.get('access-control-allow-methods'),
      null,
    )
    listed.close()
  })

  test('[HT7] every answer says what browsers may do with it', async () => {
    for (const path of ['/', '/api/me', '/api/categories', '/docs', '/nothing.js', '/livez']) {
      const { headers } = await server.call('GET', path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
      assert.match(headers.get('content-security-policy')!, /frame-ancestors 'none'/, path)
      assert.ok(headers.get('referrer-policy'), path)
    }
    const page = (await server.call('GET', '/')).headers.get('content-security-policy')!
    assert.match(page, /script-src 'self';/)
    assert.match(page, /media-src 'self' blob: http:\/\/plaza\.test:8000/)
    assert.match(page, /worker-src 'self' blob:/)
    assert.equal(
      (await server.call('GET', '/api/me', { token: mia.token })).headers.get('cache-control'),
      'no-store',
    )
  })

  test('[HT8] an address that asks too often is told to wait, others are not', async () => {
    const limited = createTestServer({ db, env: { PLAZA_RATE_LIMITS: 'on' } })
    const statuses: number[] = []
    for (let i = 0; i < 122; i++)
      statuses.push(
        (await limited.call('POST', '/api/auth/refresh', { body: { refreshToken: 'x' } })).status,
      )
    assert.deepEqual([statuses[119], statuses[120], statuses[121]], [401, 429, 429])
    const elsewhere = await limited.call('POST', '/api/auth/refresh', {
      body: { refreshToken: 'x' },
      ip: '203.0.113.99',
    })
    assert.equal(elsewhere.status, 401)
    limited.close()
  })

  test('[HT13] health and figures are told to those who ask', async () => {
    assert.equal((await server.call('GET', '/livez')).text, 'ok')
    assert.deepEqual((await server.call('GET', '/readyz')).body, { ready: true, problems: [] })
    const ill = createTestServer({
      db,
      env: { PLAZA_METRICS_TOKEN: 'a-token-for-scrapers' },
      deps: { problems: async () => ['database'] },
    })
    const ready = await ill.call('GET', '/readyz')
    assert.deepEqual([ready.status, ready.body.problems], [503, ['database']])
    assert.equal((await ill.call('GET', '/metrics')).status, 401)
    assert.equal((await ill.call('GET', '/metrics', { token: 'another-token' })).status, 401)
    const metrics = await ill.call('GET', '/metrics', { token: 'a-token-for-scrapers' })
    assert.match(
      metrics.text,
      /plaza_http_requests_total\{kind="health",status="5xx",node="test"\} 1/,
    )
    assert.ok(!metrics.text.includes(mia.me.id))
    ill.close()
  })

  test('[HT14] the log holds no token, password or address of a user', async () => {
    const quiet = createTestServer({ db })
    const { token, refreshToken } = await quiet.user('log_reader')
    await quiet.call('GET', '/api/me', { token })
    quiet.rooms.fail = Object.assign(new Error('boom'), { password: goodPassword, token })
    await quiet.call('POST', '/api/live', { token, body: { title: 'x', category: 'chat' } })
    const log = quiet.log.join('')
    for (const secret of [token, refreshToken, goodPassword, '203.0.113.5'])
      assert.ok(!log.includes(secret), `the log holds ${secret}`)
    assert.ok(log.includes('boom'))
    quiet.close()
  })
})

describe('files', () => {
  test('[HT10] the app has its page at every address without a file name, assets only where they are', async () => {
    for (const path of ['/', '/live/abc', '/wallet?topup=1', '/a/b/c'])
      assert.match((await server.call('GET', path)).text, /<title>Plaza/, path)
    assert.match(
      (await server.call('GET', '/assets/app-1.js')).headers.get('cache-control')!,
      /immutable/,
    )
    assert.equal((await server.call('GET', '/assets/app-2.js')).status, 404)
  })

  test('[HT11] no way of writing a path leads to secrets or out of the folders', async () => {
    assert.ok(readdirSync(server.dataDir).includes('secrets.json'))
    const ways = [
      '/../secrets.json',
      '/..%2fsecrets.json',
      '/%2e%2e/secrets.json',
      '/uploads/../secrets.json',
    ]
    const more = [
      '/uploads/..%2fsecrets.json',
      '/uploads/%2e%2e%2fsecrets.json',
      '/docs/../../package.json',
      '/docs/package.json',
    ]
    for (const path of [
      ...ways,
      ...more,
      '/assets/..%2f..%2fsecrets.json',
      '/docs/swagger-ui.js.map',
    ]) {
      const answer = await server.call('GET', path)
      assert.equal(answer.status, 404, path)
      assert.ok(!answer.text.includes('"media"'), path)
    }
  })

  test('[HT12] the reference page and all that it needs come from this server', async () => {
    const page = await server.call('GET', '/docs')
    const addresses = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1]!)
    assert.ok(addresses.length >= 4)
    for (const address of addresses) {
      assert.match(address, /^\/docs\//)
      assert.equal((await server.call('GET', address)).status, 200, address)
    }
  })
})

describe('uploads', () => {
  const upload = (raw: Uint8Array | string, use = 'cover') =>
    server.call('POST', `/api/uploads?use=${use}`, { token: mia.token, raw })
  const photo = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#FF5C5C' } })

  test('[AC19] an image comes back re-encoded, without what its camera wrote, under the hash of its content', async () => {
    const withExif = await photo(800, 600)
      .jpeg()
      .withExif({
        IFD0: { Copyright: 'private words' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
      })
      .toBuffer()
    assert.ok(withExif.includes('private words'))
    const { body, status } = await upload(withExif)
    assert.equal(status, 200)
    assert.deepEqual([body.width, body.height], [800, 600])
    const served = await server.handler(new Request(origin + body.url), { ip: '203.0.113.5' })
    const bytes = Buffer.from(await served.arrayBuffer())
    const seen = await sharp(bytes).metadata()
    assert.deepEqual(
      [seen.format, seen.exif, seen.icc, seen.xmp],
      ['webp', undefined, undefined, undefined],
    )
    assert.ok(!bytes.includes('private words'))
    assert.match(served.headers.get('cache-control')!, /immutable/)
    assert.match(served.headers.get('content-security-policy')!, /sandbox/)
    assert.equal((await upload(withExif)).body.url, body.url)
    const large = (await upload(await photo(3000, 2000).jpeg().toBuffer())).body
    assert.deepEqual([large.width, large.height], [1280, 720])
  })

  test('[AC19] an avatar is square and becomes part of the profile', async () => {
    const raw = await photo(300, 900).png().toBuffer()
    const answer = await server.call('PUT', '/api/me/avatar', { token: mia.token, raw })
    assert.match(answer.body.avatar, /^\/uploads\/[0-9a-f]{64}\.webp$/)
    const { width, height } = (await upload(raw, 'avatar')).body
    assert.deepEqual([width, height], [320, 320])
    const phone = await photo(400, 200).jpeg().withMetadata({ orientation: 6 }).toBuffer()
    const turned = (await upload(phone)).body
    assert.ok(turned.height > turned.width, 'the orientation of the camera is kept')
  })

  test('[AC20] what is no image, or hides something else, is refused', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    const png = await photo(10, 10).png().toBuffer()
    for (const [raw, code] of [
      ['', 'upload.type'],
      ['not an image', 'upload.type'],
      [svg, 'upload.type'],
      ['<html><script>alert(1)</script>', 'upload.type'],
      [Buffer.from('%PDF-1.7\n'), 'upload.type'],
      [Buffer.from([0x1f, 0x8b, 8, 0]), 'upload.type'],
      [png.subarray(0, 40), 'upload.broken'],
      [Buffer.concat([png.subarray(0, 20), Buffer.alloc(500, 7)]), 'upload.broken'],
    ] as const)
      assert.equal((await upload(raw)).body.code, code, String(raw).slice(0, 20))
    assert.equal((await upload(png, 'banner')).body.code, 'invalid')
  })

  test('[AC20] an image that unpacks to too many pixels, or too many bytes, is refused', async () => {
    const bomb = await sharp({
      create: { width: 8000, height: 6000, channels: 3, background: '#000' },
    })
      .png({ compressionLevel: 9 })
      .toBuffer()
    assert.ok(bomb.byteLength < 1_000_000)
    assert.equal((await upload(bomb)).body.code, 'upload.pixels')
    const header = Buffer.from(await photo(10, 10).png().toBuffer())
    header.writeUInt32BE(0x7fffffff, 16)
    header.writeUInt32BE(0x7fffffff, 20)
    assert.ok(['upload.pixels', 'upload.broken'].includes((await upload(header)).body.code))
    const large = await upload(Buffer.alloc(8 * 1024 * 1024 + 1, 0xff))
    assert.deepEqual([large.status, large.body.code], [413, 'too_large'])
    assert.ok(!server.log.some((line) => /"level":50.*"tag":"uploads"/.test(line)))
  })

  test('[AC20] a picture and a script in one file loses the script', async () => {
    const png = await photo(20, 20).png().toBuffer()
    const both = Buffer.concat([png, Buffer.from('<script>alert(1)</script>')])
    const { body } = await upload(both)
    const served = await server.call('GET', body.url)
    assert.equal(served.headers.get('content-type'), 'image/webp')
    assert.ok(!served.text.includes('script'))
  })
})
