import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { Client } from '@colyseus/sdk'
import { MemoryJournal } from '../kernel/memory-journal.ts'
import { closeCodes, retryInMs } from '../wire/close-codes.ts'
import { encode } from '../wire/codec.ts'
import { roomData } from '../wire/colyseus.ts'
import { CommandIds } from '../wire/command-id.ts'
import { RawClient } from './testing/raw-client.ts'
import { eventually, startEngine, user, type TestNode } from './testing/start-engine.ts'

const limit = { timeout: 30_000 }

for (const prefer of ['uws', 'ws'] as const) {
  const start = async (
    t: TestContext,
    options: Parameters<typeof startEngine>[1] = {},
  ): Promise<TestNode> => {
    const node = await startEngine(prefer, options)
    t.after(() => node.stop())
    return node
  }
  const rule = (title: string, body: (t: TestContext) => Promise<void>): void =>
    void test(`${title} (${prefer})`, limit, body)

  rule('[RT1] a stock Colyseus client gets welcome, answers and frames', async (t) => {
    const node = await start(t)
    const room = await new Client(`http://127.0.0.1:${node.port}`).consumeSeatReservation(
      await node.seat('live_stock'),
    )
    const seen: Record<string, any[]> = { w: [], a: [], m: [], s: [], y: [] }
    let news = Promise.withResolvers<void>()
    for (const [type, list] of Object.entries(seen)) {
      room.onMessage(type, (payload: any) => {
        list.push(payload)
        news.resolve()
        news = Promise.withResolvers()
      })
    }
    const until = async (done: () => unknown): Promise<void> => {
      while (!done()) await news.promise
    }
    await until(() => seen['w']!.length)
    const [welcome] = seen['w']!
    assert.deepEqual(welcome.you, {
      id: 'u_ada',
      name: 'ada',
      roles: ['user'],
      can: ['watch', 'chat'],
    })
    assert.deepEqual(welcome.view, { chat: { notes: [], likes: 0, audience: 0 } })
    const ids = new CommandIds()
    ids.sync(welcome.now)
    const id = ids.next()
    room.send('c', [id, 'chat.note', { text: 'hello' }])
    room.send('c', [ids.next(), 'chat.say', { text: 'line', loud: undefined }])
    room.send('c', [ids.next(), 'chat.like', { count: 2 }])
    await until(() => seen['a']!.length === 3 && seen['m']!.length && seen['s']!.length)
    await until(() =>
      seen['y']!.some(([, events]) => events.some(([type]: string[]) => type === 'chat.liked')),
    )
    assert.deepEqual(
      seen['a']!.find((answer) => answer[0] === id),
      [id, 'ok', { place: 1 }],
    )
    const [[epoch, firstSeq, events]] = seen['m'] as [any]
    assert.deepEqual(
      [epoch, firstSeq, events[0].slice(0, 2)],
      [welcome.epoch, 1, ['chat.noted', { user: 'u_ada', text: 'hello' }]],
    )
    assert.equal(await room.leave(), 4000)
    assert.deepEqual(node.defects, [])
  })

  rule(
    '[RT2] a ticket works once, for its instance, until it expires, and only as it was written',
    async (t) => {
      const node = await start(t)
      const seat = await node.seat('live_a')
      const other = await node.seat('live_b')
      const first = await node.join('live_a')
      await first.welcome()
      const refused = async (url: string): Promise<string> => {
        const { code, reason } = await new RawClient(url).close()
        assert.equal(code, closeCodes.ticket)
        return reason
      }
      await new RawClient(node.url(seat)).welcome()
      assert.equal(await refused(node.url(seat)), 'used')
      assert.equal(await refused(node.url({ ...seat, sessionId: other.sessionId })), 'other room')
      const chars = [...other.sessionId]
      for (const at of [0, 20, chars.length - 1]) {
        const forged = chars.with(at, chars[at] === 'a' ? 'b' : 'a').join('')
        assert.equal(await refused(node.url({ ...other, sessionId: forged })), 'forged')
      }
      assert.equal(await refused(node.url({ ...other, sessionId: 'x'.repeat(7_000) })), 'forged')
      const fresh = await node.seat('live_b')
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 31_000 })
      assert.equal(await refused(node.url(fresh)), 'expired')
      t.mock.timers.reset()
      assert.equal(
        (await new RawClient(node.url({ ...fresh, processId: 'gone' })).close()).code,
        closeCodes.moved,
      )
      assert.equal((await first.ask('chat.note', { text: 'still here' }))[1], 'ok')
    },
  )

  rule(
    '[RT3] a frame that is no command closes its sender as malformed and nobody else',
    async (t) => {
      const node = await start(t)
      const good = await node.join('live_a', user('good'))
      await good.welcome()
      const ids = new CommandIds()
      const nested = (depth: number): unknown => (depth ? [nested(depth - 1)] : 1)
      const frames: Record<string, Uint8Array | number[]> = {
        'an empty frame': [],
        garbage: Array.from({ length: 40 }, (_, index) => (index * 97) & 0xff),
        'a nested bomb': roomData('c', [ids.next(), 'chat.note', nested(9)]),
        'a wide bomb': roomData('c', [
          ids.next(),
          'chat.note',
          Array.from({ length: 300 }, () => []),
        ]),
        'a bomb of 60 kB': [13, 0xa1, 99, ...new Uint8Array(60_000).fill(0x91)],
        'another message type': roomData('x', [ids.next(), 'chat.note', { text: 'a' }]),
        'a numbered message type': [13, 1, ...encode([ids.next(), 'chat.note', {}])],
        'no array': roomData('c', { id: ids.next() }),
        'bytes for a room': [17, 0xa1, 99, 1, 2, 3],
        'a request': [21, 1, 0xa1, 99, ...encode([ids.next(), 'chat.note', { text: 'a' }])],
        'an input': [19, 1, 2, 3],
        'a regular expression': [
          13, 0xa1, 99, 0x93, 0xa1, 97, 0xa1, 98, 0xc7, 3, 0x78, 0x91, 0xa1, 97,
        ],
        'a polluting key': [
          13,
          0xa1,
          99,
          0x93,
          0xa1,
          97,
          0xa1,
          98,
          0x81,
          0xa9,
          ...Buffer.from('__proto__'),
          0x80,
        ],
      }
      for (const [what, frame] of Object.entries(frames)) {
        const bad = await node.join('live_a', user('bad'))
        await bad.welcome()
        bad.socket.send(Uint8Array.from(frame))
        assert.equal((await bad.close()).code, closeCodes.malformed, what)
      }
      const texter = await node.join('live_a', user('bad'))
      await texter.welcome()
      texter.socket.send('hello')
      assert.equal((await texter.close()).code, closeCodes.malformed)
      const giant = await node.join('live_a', user('bad'))
      await giant.welcome()
      giant.socket.send(new Uint8Array(1_000_000))
      assert.ok([1006, 1009].includes((await giant.close()).code))
      assert.equal((await good.ask('chat.note', { text: 'unharmed' }))[1], 'ok')
      assert.deepEqual(node.defects, [])
    },
  )

  rule('[RT4] a bad command gets a typed answer and the socket stays', async (t) => {
    const node = await start(t)
    const client = await node.join('live_a')
    const { now } = await client.welcome()
    client.ids.sync(now)
    const codeOf = async (name: string, input: unknown, id?: string): Promise<string> =>
      (await client.ask(name, input, id))[1]
    assert.equal(await codeOf('chat.nothing', {}), 'command.unknown')
    assert.equal(
      await codeOf('audience.report', { count: 9, joined: [], joinedCount: 9 }),
      'command.unknown',
    )
    assert.equal(await codeOf('__proto__', {}), 'command.unknown')
    assert.equal(await codeOf('chat.note', {}), 'input.invalid')
    assert.equal(await codeOf('chat.note', undefined), 'input.invalid')
    assert.equal(await codeOf('chat.note', { text: 'a', more: 1 }), 'input.invalid')
    assert.equal(await codeOf('chat.note', { text: 'a' }, 'no-uuid'), 'command.id')
    assert.equal(
      await codeOf('chat.note', { text: 'a' }, '018bcfe5-6800-7000-8000-000000000001'),
      'command.expired',
    )
    const guest = await node.join('live_a', user('guest', ['guest']))
    await guest.welcome()
    assert.equal((await guest.ask('chat.note', { text: 'a' }))[1], 'forbidden')
    assert.equal(client.closed, undefined)
  })

  rule('[RT5] a command sent again has one effect and the same answer', async (t) => {
    const node = await start(t)
    const client = await node.join('live_a')
    await client.welcome()
    const id = client.ids.next()
    const first = await client.ask('chat.note', { text: 'once' }, id)
    client.messages.length = 0
    assert.deepEqual(await client.ask('chat.note', { text: 'once' }, id), first)
    const viewer = await node.join('live_a', user('bob'))
    assert.deepEqual((await viewer.welcome()).view, {
      chat: { notes: ['once'], likes: 0, audience: 1 },
    })
  })

  rule('[RT6] who comes back with a position gets every numbered event since, once', async (t) => {
    const node = await start(t)
    const writer = await node.join('live_a', user('writer'))
    const reader = await node.join('live_a', user('reader'))
    const { epoch } = await reader.welcome()
    await writer.welcome()
    for (const text of ['1', '2']) await writer.ask('chat.note', { text })
    await reader.until(() => reader.events('m').length === 2)
    reader.socket.terminate()
    for (const text of ['3', '4']) await writer.ask('chat.note', { text })
    const back = await node.join('live_a', user('reader'), `${epoch}.2`)
    const welcome = await back.welcome()
    assert.equal(welcome.recovered, true)
    assert.deepEqual((welcome.view as any).chat.notes, ['1', '2', '3', '4'])
    assert.deepEqual(
      welcome.missed!.map(([, data]: any) => data.text),
      ['3', '4'],
    )
    assert.equal(welcome.seq, 4)
    await writer.ask('chat.note', { text: '5' })
    const frame = await back.until(() => back.all('m')[0])
    assert.deepEqual([frame[1], back.events('m').map(([, data]: any) => data.text)], [5, ['5']])
  })

  rule('[RT7] a position that nobody remembers gets a fresh view', async (t) => {
    const node = await start(t)
    const writer = await node.join('live_a', user('writer'))
    await writer.welcome()
    await writer.ask('chat.note', { text: '1' })
    for (const at of ['1.99', '99.1', '0.0.0', '-1.1', 'x', '1.1e3']) {
      const client = await node.join('live_a', user('reader'), at)
      const welcome = await client.welcome()
      assert.equal(welcome.recovered, false, at)
      assert.deepEqual((welcome.view as any).chat.notes, ['1'])
    }
  })

  rule(
    '[RT8] joiners in a busy room see every event exactly once, in their view or in a frame',
    async (t) => {
      const rates = { default: { perSecond: 1e6, burst: 1e6 } }
      const limits = { messageRate: { perSecond: 1e6, burst: 1e6 } }
      const node = await start(t, { settings: { rates }, transport: { limits } })
      const writers = await Promise.all(
        ['x', 'y', 'z'].map((name) => node.join('live_a', user(name))),
      )
      await Promise.all(writers.map((writer) => writer.welcome()))
      const joiners: RawClient[] = []
      let [notes, likes] = [0, 0]
      const busy = writers.map(async (writer) => {
        while (joiners.length < 12) {
          await writer.ask('chat.note', { text: `${(notes += 1)}` })
          await writer.ask('chat.like', { count: 1 })
          likes += 1
        }
      })
      while (joiners.length < 12) {
        const joiner = await node.join('live_a', user(`j${joiners.length}`))
        await joiner.welcome()
        joiners.push(joiner)
      }
      await Promise.all(busy)
      for (const joiner of joiners) {
        const { view, seq } = await joiner.welcome()
        const { notes: seen, likes: counted } = (view as any).chat
        const texts = (): string[] => [
          ...seen,
          ...joiner.events('m').map(([, data]: any) => data.text),
        ]
        await joiner.until(() => texts().length >= notes, 'the notes')
        assert.equal(texts().length, notes)
        assert.equal(new Set(texts()).size, notes)
        let next = seq + 1
        for (const [, firstSeq, events] of joiner.all('m')) {
          assert.equal(firstSeq, next)
          next += events.length
        }
        const sum = (): number => {
          const liked = joiner.events('y').filter(([type]) => type === 'chat.liked')
          return liked.reduce((total, [, data]: any) => total + data.count, counted)
        }
        await joiner.until(() => sum() >= likes, 'the likes')
        assert.equal(sum(), likes)
      }
    },
  )

  rule(
    '[RT9] a user whose budget is spent is told when to ask again, on every socket',
    async (t) => {
      const node = await start(t, { settings: { rates: { chat: { perSecond: 0.01, burst: 3 } } } })
      const one = await node.join('live_a')
      const two = await node.join('live_a')
      await one.welcome()
      await two.welcome()
      for (let line = 0; line < 3; line += 1)
        assert.equal((await one.ask('chat.say', { text: 'a' }))[1], 'ok')
      for (const client of [one, two]) {
        const [, code, , data, retry] = (await client.ask('chat.say', { text: 'a' })) as any
        assert.deepEqual([code, retry], ['rate_limited', 'retry'])
        assert.ok(data.retryInMs > 50_000 && data.retryInMs <= 100_000)
      }
    },
  )

  rule(
    '[RT10] a kicked user loses its sockets after the frame that says so, and gets none again',
    async (t) => {
      const node = await start(t)
      const host = await node.join('live_a', user('host'))
      const bad = [await node.join('live_a', user('bad')), await node.join('live_a', user('bad'))]
      await Promise.all([host, ...bad].map((client) => client.welcome()))
      await host.ask('chat.kick', { user: 'u_bad', until: Date.now() + 60_000 })
      for (const client of bad) {
        assert.equal((await client.close()).code, closeCodes.kicked)
        assert.equal(client.events('m')[0]![0], 'member.kicked')
      }
      assert.equal((await (await node.join('live_a', user('bad'))).close()).code, closeCodes.kicked)
      assert.equal(host.closed, undefined)
    },
  )

  rule(
    '[RT11] the room hears how many users are here, and names arrivals but no guests',
    async (t) => {
      const node = await start(t, {
        settings: { reportMs: 20, windows: { must: 5, should: 5, may: 5 } },
      })
      const first = await node.join('live_a', user('first'))
      await first.welcome()
      const counts = (): any[] =>
        first
          .events('y')
          .filter(([type]) => type === 'audience.changed')
          .map(([, data]) => data)
      await first.until(() => counts().at(-1)?.count === 1)
      const second = await node.join('live_a', user('second'))
      const again = await node.join('live_a', user('second'))
      await node.join('live_a', user('guest', ['guest']))
      await first.until(() => counts().at(-1)?.count === 3)
      for (const one of [second, again]) await one.welcome()
      second.socket.close()
      again.socket.close()
      await first.until(() => counts().at(-1)?.count === 2)
      await node.join('live_a', user('second'), '1.0')
      await first.until(() => counts().at(-1)?.count === 3)
      const joined = counts().reduce((sum, { joinedCount }) => sum + joinedCount, 0)
      assert.equal(joined, 2)
    },
  )

  rule(
    '[RT12] when the room is lost its viewers keep their sockets and the next owner serves them',
    async (t) => {
      const node = await start(t)
      const client = await node.join('live_a')
      const { epoch } = await client.welcome()
      await client.ask('chat.note', { text: 'before' })
      await node.journal.open('live_a', { node: 'thief', incarnation: 'x' }) // fences the owner
      await client.ask('chat.note', { text: 'after' })
      const frames = await client.until(() => client.events('m').length === 2 && client.all('m'))
      assert.deepEqual(
        client.events('m').map(([, data]: any) => data.text),
        ['before', 'after'],
      )
      assert.deepEqual([frames[1]![0], frames[1]![1]], [epoch + 2, 2])
      assert.equal(client.closed, undefined)
      assert.equal(node.engine.metrics().reopened, 1)
    },
  )

  rule('[RT13] signing out closes the sockets of that session, or of that user', async (t) => {
    const node = await start(t)
    const seat = async (session: string): Promise<any> =>
      node.engine.seats.issue('live_a', user('ada'), { session })
    const phone = new RawClient(node.url(await seat('phone')))
    const laptop = new RawClient(node.url(await seat('laptop')))
    const bob = await node.join('live_b', user('bob'))
    await Promise.all([phone, laptop, bob].map((client) => client.welcome()))
    node.engine.expel({ session: 'phone' })
    assert.equal((await phone.close()).code, closeCodes.unauthorized)
    assert.equal((await laptop.ask('chat.note', { text: 'a' }))[1], 'ok')
    node.engine.expel({ user: 'u_ada' })
    assert.equal((await laptop.close()).code, closeCodes.unauthorized)
    assert.equal((await bob.ask('chat.note', { text: 'a' }))[1], 'ok')
  })

  rule(
    '[RT24] a stopping node answers what is under way before it sends clients away',
    async (t) => {
      const gate = Promise.withResolvers<void>()
      class SlowJournal extends MemoryJournal {
        override async flush(...args: Parameters<MemoryJournal['flush']>) {
          await gate.promise
          return super.flush(...args)
        }
      }
      const node = await start(t, { journal: new SlowJournal() })
      const client = await node.join('live_a')
      await client.welcome()
      const answer = client.ask('chat.note', { text: 'just in time' })
      await eventually(() => node.engine.metrics().commands === 1)
      const stopped = node.engine.stop()
      gate.resolve()
      assert.equal((await answer)[1], 'ok')
      assert.equal((await client.close()).code, closeCodes.draining)
      await stopped
    },
  )

  rule('[RT14] a stopping node sends its clients away with a time to come back', async (t) => {
    const node = await start(t)
    const clients = await Promise.all(
      ['a', 'b'].map((name) => node.join(`live_${name}`, user(name))),
    )
    await Promise.all(clients.map((client) => client.welcome()))
    await node.stop()
    for (const client of clients) {
      const { code, reason } = await client.close()
      assert.equal(code, closeCodes.draining)
      assert.notEqual(retryInMs(reason), undefined)
    }
    await assert.rejects(node.seat('live_a'))
  })

  rule(
    '[RT15] an instance without sockets closes, and the room opens again for the next seat',
    async (t) => {
      const node = await start(t, { settings: { idleMs: 2_500 } })
      const client = await node.join('live_a')
      await client.welcome()
      await client.ask('chat.note', { text: 'kept' })
      const { roomId } = await node.seat('live_a')
      client.socket.close()
      await eventually(() => node.engine.metrics().instances === 0)
      const next = await node.seat('live_a')
      assert.notEqual(next.roomId, roomId)
      const back = await node.join('live_a')
      assert.deepEqual(((await back.welcome()).view as any).chat.notes, ['kept'])
    },
  )

  rule('[RT16] an unknown room has no seats, and the system gets none', async (t) => {
    const node = await start(t)
    await assert.rejects(node.seat('group_a'), { code: 'room.unknown' })
    await assert.rejects(node.seat('../etc'), { code: 'room.unknown' })
    await assert.rejects(node.seat('live_a', user('x', ['system'])), TypeError)
    await assert.rejects(node.seat('live_a', user('x'.repeat(4_000))), { code: 'seat.too_large' })
  })

  rule(
    '[RT17] no matchmaking is reachable over HTTP, and a socket without a seat is refused',
    async (t) => {
      const node = await start(t)
      const response = await fetch(`http://127.0.0.1:${node.port}/matchmake/joinOrCreate/live`, {
        method: 'POST',
      })
      assert.equal(await response.text(), 'hello')
      for (const path of ['', 'x', 'a/b', 'a/b/c', `${node.engine.processId}/live_a`]) {
        const client = new RawClient(`ws://127.0.0.1:${node.port}/${path}`)
        assert.equal((await client.close()).code, 1006)
      }
      assert.equal(node.engine.metrics().sockets.sockets, 0)
    },
  )

  rule(
    '[RT23] a viewer that reads too slowly is closed as slow and resumes without a gap',
    async (t) => {
      const node = await start(t, {
        transport: {
          limits: {
            backpressure: { may: 16_000, should: 32_000, must: 64_000 },
            messageRate: { perSecond: 1e6, burst: 1e6 },
          },
        },
        settings: {
          rates: { default: { perSecond: 1e6, burst: 1e6 } },
          windows: { must: 1, should: 200, may: 500 },
        },
      })
      const writer = await node.join('live_a', user('writer'))
      const slow = await node.join('live_a', user('slow'))
      const { epoch } = await slow.welcome()
      await writer.welcome()
      slow.socket.pause()
      const text = 'x'.repeat(10_000)
      let notes = 0
      while (!node.engine.metrics().sockets.slow) {
        assert.ok(notes < 4_000, 'never too slow')
        const batch = Array.from({ length: 4 }, () => writer.ask('chat.note', { text }))
        for (const answer of await Promise.all(batch)) assert.equal(answer[1], 'ok')
        // Frame by frame, so that the queue grows in small steps past its limit.
        await writer.until(() => writer.events('m').length >= batch.length)
        writer.messages.length = 0
        notes += batch.length
      }
      slow.socket.resume()
      assert.equal((await slow.close()).code, closeCodes.slow)
      const had = slow.events('m').length
      const back = await node.join('live_a', user('slow'), `${epoch}.${had}`)
      const { recovered, missed, view } = await back.welcome()
      const total = recovered ? had + missed!.length : (view as any).chat.notes.length
      assert.equal(total, notes)
      assert.deepEqual(node.defects, [])
    },
  )
}
