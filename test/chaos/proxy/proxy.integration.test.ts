import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, describe, test, type TestContext } from 'node:test'
import pg from 'pg'
import { until } from '../../support/people.ts'
import { ownPostgresMissing, OwnPostgres } from '../stage/own-postgres.ts'
import { CommitCutter } from './commit-cutter.ts'
import { TcpProxy, type TcpProxyOptions } from './tcp-proxy.ts'

/** An echo behind a proxy, a connected client, and what each side heard. */
async function echo(t: TestContext, options: Partial<TcpProxyOptions> = {}) {
  const heard = { server: '', client: '' }
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      heard.server += String(bytes)
      socket.write(bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await TcpProxy.listen({ port: (server.address() as AddressInfo).port, ...options })
  const client = connect(proxy.port, '127.0.0.1')
  client.on('error', () => undefined)
  client.on('data', (bytes) => (heard.client += String(bytes)))
  await once(client, 'connect')
  t.after(async () => {
    client.destroy()
    for (const socket of sockets) socket.destroy()
    await proxy.close()
    server.close()
  })
  const says = async (text: string): Promise<void> => {
    const before = heard.client.length
    client.write(text)
    await until('the echo', () => heard.client.length >= before + text.length, { everyMs: 2 })
  }
  return { proxy, client, heard, says }
}

/** `once` would reject with the reset. */
const closed = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('close', resolve))

test('[CH1] bytes pass unchanged and in order, whatever delay, jitter and throttle', async (t) => {
  const { proxy, heard, says } = await echo(t)
  await says('fair ')
  proxy.set({ delayMs: 20, jitterMs: 30 })
  const start = performance.now()
  await says('late ')
  assert.ok(performance.now() - start >= 39, 'there and back, 20 ms each at least')
  proxy.set({ bytesPerSecond: 200_000 })
  const text = Array.from({ length: 4_000 }, (_, index) => `${index} `).join('')
  const slow = performance.now()
  await says(text)
  assert.ok(performance.now() - slow >= (text.length / 200_000) * 1_000)
  assert.equal(heard.client, `fair late ${text}`)
  assert.equal(heard.server, heard.client)
})

test('[CH2] what is held back arrives after all; one direction can be held alone', async (t) => {
  const { proxy, client, heard } = await echo(t)
  proxy.set({ flow: 'hold', only: 'down' })
  client.write('one')
  await until('the server hears it', () => heard.server === 'one', { everyMs: 2 })
  assert.equal(heard.client, '')
  proxy.set({ flow: 'hold', only: 'up' })
  await until('the answer arrives', () => heard.client === 'one', { everyMs: 2 })
  client.write('two')
  proxy.heal()
  await until('nothing is lost', () => heard.client === 'onetwo', { everyMs: 2 })
})

test('[CH3] a half-open connection swallows bytes and ends, and is cut when the weather clears', async (t) => {
  const { proxy, client, heard } = await echo(t)
  proxy.set({ flow: 'swallow' })
  client.write('lost')
  const other = connect(proxy.port, '127.0.0.1')
  await once(other, 'connect')
  other.on('error', () => undefined)
  await until('it went in', () => proxy.robbed === 1 && proxy.connections === 2)
  assert.ok(!client.destroyed && heard.server === '')
  const gone = closed(client)
  proxy.heal()
  await gone
  assert.equal(heard.server, '')
  assert.ok(!other.destroyed, 'a connection that lost nothing goes on')
  other.destroy()
})

test('[CH4] connections are cut with a reset, and refused until they are accepted again', async (t) => {
  const { proxy, client } = await echo(t)
  const gone = closed(client)
  proxy.cut()
  await gone
  await proxy.refuse()
  const refused = connect(proxy.port, '127.0.0.1')
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
  assert.equal(error.code, 'ECONNREFUSED')
  await proxy.accept()
  const back = connect(proxy.port, '127.0.0.1')
  await once(back, 'connect')
  back.destroy()
})

if (!ownPostgresMissing())
  describe('in front of Postgres', () => {
    let server: OwnPostgres
    before(async () => {
      server = await OwnPostgres.start()
    })
    after(() => server.dispose())

    const open = async (port: number): Promise<pg.Client> => {
      const client = new pg.Client({
        connectionString: server.url('postgres', `127.0.0.1:${port}`),
      })
      client.on('error', () => undefined)
      await client.connect()
      return client
    }

    test('[CH5] a commit goes through and its answer is lost; the next one is heard', async () => {
      const cutter = new CommitCutter()
      const proxy = await TcpProxy.listen({ port: server.port, tap: cutter.tap })
      const client = await open(proxy.port)
      await client.query('create table told (n int)')
      const write = async (through: pg.Client, n: number): Promise<void> => {
        await through.query('begin')
        await through.query('insert into told values ($1)', [n])
        await through.query('commit')
      }
      await write(client, 1)
      cutter.arm(1)
      await assert.rejects(write(client, 2))
      assert.equal(cutter.applied, 1)
      const again = await open(proxy.port)
      await write(again, 3)
      cutter.arm(1, true)
      const silent = write(again, 4)
      await until('it is applied', () => cutter.applied === 2)
      const last = await open(proxy.port)
      const { rows } = await last.query('select n from told order by n')
      assert.deepEqual(
        rows.map(({ n }) => n),
        [1, 2, 3, 4],
      )
      assert.equal(
        await Promise.race([silent, last.query('select 1').then(() => 'silent')]),
        'silent',
      )
      proxy.cut()
      await assert.rejects(silent)
      await proxy.close()
    })

    test('[CH6] the server comes back from kill -9 and from an immediate stop with what was committed', async () => {
      const client = await open(server.port)
      await client.query('create table kept as select 1 as n')
      await server.kill()
      await server.start()
      const second = await open(server.port)
      await second.query('insert into kept values (2)')
      await server.stop('immediate')
      await server.start()
      const third = await open(server.port)
      const { rows } = await third.query('select count(*)::int as n from kept')
      assert.deepEqual(rows, [{ n: 2 }])
      await third.end()
    })
  })
