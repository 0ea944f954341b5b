import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { persistenceMigrations } from '../../persistence/migrations.ts'
import { openerOf } from '../../persistence/testing/databases.ts'
import { serviceMigrations } from '../services.ts'
import { createTestServer, type Answer, type TestServer } from '../testing/test-server.ts'

const people = 60
const open = openerOf('pglite')
let queries = 0
let server: TestServer
let seats: TestServer
const tokens: string[] = []
let live: string

before(async () => {
  const { db } = await open([persistenceMigrations, serviceMigrations])
  const counted = db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      queries += 1
      return result
    },
  })
  server = createTestServer({ db: counted })
  const host = await server.user()
  const made = await server.call('POST', '/api/live', {
    token: host.token,
    body: { title: 'A storm', category: 'music' },
  })
  live = made.body.id
  for (let index = 0; index < people; index += 1) tokens.push((await server.user()).token)
  // Another node, which has seen nobody yet.
  seats = createTestServer({
    db: counted,
    env: { PLAZA_SEATS_PER_SECOND: '20' },
    deps: {
      seats: {
        issue: (...request) => server.seats.issue(...request),
        addresses: () => ['a.test', 'b.test:2567'],
      },
    },
  })
})

after(() => {
  server?.close()
  seats?.close()
})

const seat = (at: TestServer, token?: string): Promise<Answer> =>
  at.call('POST', `/api/rooms/live_${live}/seat`, { ...(token && { token }), body: {} })

test('[SA4] sessions of a crowd are looked up together, and a seat of a known one asks nothing', async () => {
  await seat(server) // a guest: the room is known from here on
  server.clock.now += 5_000 // nobody's session is known any more
  queries = 0
  const crowd = await Promise.all(tokens.map((token) => seat(server, token)))
  assert.deepEqual([...new Set(crowd.map(({ status }) => status))], [200])
  assert.ok(queries >= 1 && queries <= people / 4, `${queries} queries for ${people} people`)
  queries = 0
  await Promise.all(tokens.map((token) => seat(server, token)))
  await Promise.all(tokens.map(() => seat(server)))
  assert.equal(queries, 0)
})

test('[SA3] a crowd beyond the rate is refused as busy, with a time', async () => {
  const began = performance.now()
  let last = began // when the last one was refused: those who are, are at once
  const ask = async (): Promise<Answer> => {
    const answer = await seat(seats)
    if (answer.status === 503) last = performance.now()
    return answer
  }
  const answers = await Promise.all(Array.from({ length: 200 }, ask))
  const given = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status !== 200)
  // 20 a second, of which the first second's worth waits; more where asking took longer.
  const most = 22 + (last - began) / 50
  assert.ok(given.length >= 18 && given.length <= most, `${given.length} seats, ${most} at most`)
  assert.ok(refused.length > 0)
  for (const { status, body, headers } of refused) {
    assert.equal(status, 503)
    assert.equal(body.code, 'busy')
    assert.equal(body.retry, 'retry')
    assert.ok(body.data.retryInMs >= 1_000 && body.data.retryInMs < 15_000)
    assert.equal(headers.get('retry-after'), String(Math.ceil(body.data.retryInMs / 1_000)))
  }
})

test('[HT20] a seat and a list name nodes to go to, as addresses of the asker’s protocol', async () => {
  const expected = ['http://a.test', 'http://b.test:2567']
  const listed = await seats.call('GET', '/api/nodes')
  assert.deepEqual(listed.body.nodes.toSorted(), expected)
  assert.deepEqual((await server.call('GET', '/api/nodes')).body, { nodes: [] })
  assert.deepEqual((await seat(server, tokens[0])).body.nodes, [])
})
