import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { uuidv7 } from 'uuidv7'
import { checkBooks } from './check-books.ts'
import type { Db } from './tables.ts'
import { forEachDatabase } from './testing/databases.ts'
import { GiftModel } from './testing/gift-model.ts'
import { GiftWorld, type GiftOutcome, type GiftSend } from './testing/gift-world.ts'

const told = ({ verdict }: GiftOutcome) =>
  verdict.kind === 'refused' ? verdict.code : verdict.kind
const send = (user: string, room: string, gift = 'flower', count = 1, id = uuidv7()): GiftSend => ({
  id,
  user,
  room,
  gift,
  count,
})

const day = 86_400_000

/** Independent histories that share flushes, so that thousands of them take seconds. */
const worlds = 8
const runs = { pglite: 250, postgres: 25 }

const gift = fc.record({
  world: fc.nat(worlds - 1),
  user: fc.integer({ min: 1, max: 4 }),
  room: fc.constantFrom('a', 'b', 'c'),
  gift: fc.constantFrom(
    'flower',
    'heart',
    'drum',
    'lantern',
    'fireworks',
    'crown',
    'sportscar',
    'nothing',
  ),
  count: fc.integer({ min: 1, max: 9 }),
  refuse: fc.boolean(),
  again: fc.option(fc.nat(40), { freq: 4 }),
  changed: fc.boolean(),
})

const turn = fc.record({
  kind: fc.constantFrom('usual', 'usual', 'usual', 'midnight', 'takeover'),
  topUps: fc.array(
    fc.record({
      user: fc
        .tuple(fc.nat(worlds - 1), fc.integer({ min: 1, max: 4 }))
        .map(([w, u]) => `u_${w}${u}`),
      amount: fc.integer({ min: 1, max: 4_000 }),
    }),
    { maxLength: worlds },
  ),
  gifts: fc.array(gift, { minLength: 1, maxLength: worlds * 5 }),
})

/** A new gift, or one that was sent before: the same again, or its id for something else. */
function asSend(
  {
    world,
    user,
    room,
    again,
    changed,
    ...rest
  }: typeof gift extends fc.Arbitrary<infer G> ? G : never,
  used: GiftSend[],
): GiftSend {
  const old = again === null ? undefined : used[again]
  if (old) return changed ? { ...old, count: old.count + 1 } : { ...old }
  // The fourth user of a world is the host of its first room.
  const name = user === 4 ? `host_live_${world}a` : `u_${world}${user}`
  const fresh = { ...rest, user: name, room: `live_${world}${room}`, id: uuidv7() }
  used.push(fresh)
  return fresh
}

forEachDatabase((open, name) => {
  let db: Db | undefined
  let now = Date.UTC(2026, 0, 10, 4)
  const limit = 3_000
  const fresh = async (): Promise<GiftWorld> => {
    db ??= (await open()).db
    const world = new GiftWorld(db, { dailyLimit: limit, now: () => now })
    await world.clear()
    return world
  }

  test('[LG1] a gift moves its price: 70 % to the streamer, the rest to the platform, to the coin', async () => {
    const world = await fresh()
    await world.topUp('u_1', 1_000)
    const [outcome] = await world.flush([send('u_1', 'live_a', 'lantern', 3)])
    assert.deepEqual(outcome?.verdict, {
      kind: 'settled',
      value: {
        price: 66,
        amount: 198,
        streamerAmount: 138,
        platformAmount: 60,
        balance: 802,
        spentToday: 198,
      },
    })
    assert.equal(await world.balance('u_1'), 802)
    assert.equal(await world.balance('host_live_a', 'streamer'), 138)
    const { rows } = await sql<{
      sum: string
    }>`select sum(balance) from account where kind = 'platform'`.execute(world.db)
    assert.equal(Number(rows[0]!.sum), 60)
    assert.deepEqual(await checkBooks(world.db), [])
  })

  test('[LG2] without coins, over the limit, for nothing known and to oneself a gift is refused with figures', async () => {
    const world = await fresh()
    await world.topUp('u_1', 5_000)
    await world.topUp('host_live_a', 100)
    const outcomes = await world.flush([
      send('u_1', 'live_a', 'crown', 5),
      send('u_1', 'live_a', 'crown', 1),
      send('u_1', 'live_a', 'no such gift'),
      send('host_live_a', 'live_a'),
      send('u_2', 'live_a', 'heart'),
      { ...send('u_1', 'live_a'), id: uuidv7().toUpperCase() },
      send('u_1', 'live_a', 'flower', 0),
      send('u_1', 'live_a', 'flower', 1.5),
    ])
    assert.deepEqual(outcomes.map(told), [
      'settled',
      'spend_limit',
      'gift.unknown',
      'gift.self',
      'insufficient_balance',
      'input.invalid',
      'gift.count',
      'gift.count',
    ])
    const data = outcomes.map(({ verdict }) => verdict.kind === 'refused' && verdict.data)
    assert.deepEqual(data[1], { limit, remaining: 400 })
    assert.deepEqual(data[4], { need: 5, have: 0 })
    assert.equal(await world.balance('u_1'), 2_400)
  })

  test('[LG3] a repeated gift gets the stored answer; the id for anything else is a conflict', async () => {
    const world = await fresh()
    await world.topUp('u_1', 100)
    await world.topUp('u_2', 100)
    const first = send('u_1', 'live_a', 'drum', 2)
    await world.flush([first])
    const [again] = await world.flush([first])
    assert.deepEqual(again?.verdict, { kind: 'duplicate', answer: { amount: 20, balance: 80 } })
    for (const other of [
      { ...first, user: 'u_2' },
      { ...first, room: 'live_b' },
      { ...first, gift: 'heart' },
      { ...first, count: 3 },
    ]) {
      assert.deepEqual((await world.flush([other])).map(told), ['conflict'])
    }
    const twice = send('u_1', 'live_a', 'heart')
    const outcomes = await world.flush([twice, { ...twice, room: 'live_b' }])
    assert.deepEqual(outcomes.map(told), ['settled', 'conflict'])
    const contested = send('u_1', 'live_a', 'heart')
    const flushes = [contested, { ...contested, user: 'u_2', room: 'live_b' }].map((one) =>
      world.flush([one]),
    )
    assert.deepEqual((await Promise.all(flushes)).flat().map(told), ['settled', 'conflict'])
    assert.equal(await world.balance('u_1'), 70)
    assert.equal(await world.balance('u_2'), 100)
  })

  test('[LG4] the daily limit holds to the coin over all rooms, and anew on the next local day', async () => {
    const world = await fresh()
    await world.topUp('u_1', 100_000)
    now = Date.UTC(2026, 0, 10, 15, 59, 59, 999) // a millisecond before midnight in Shanghai
    const rooms = Array.from({ length: 10 }, (_, index) => `live_${index}`)
    const outcomes = await world.flush(rooms.map((room) => send('u_1', room, 'crown', 1)))
    assert.equal(outcomes.filter((outcome) => told(outcome) === 'settled').length, 5)
    assert.deepEqual((await world.flush([send('u_1', 'live_0', 'drum', 40)])).map(told), [
      'settled',
    ])
    assert.deepEqual((await world.flush([send('u_1', 'live_1')])).map(told), ['spend_limit'])
    assert.equal((await world.ledger.wallet(world.db, 'u_1')).spentToday, limit)
    now += 1
    assert.equal((await world.ledger.wallet(world.db, 'u_1')).spentToday, 0)
    assert.deepEqual((await world.flush([send('u_1', 'live_1')])).map(told), ['settled'])
    now -= 1 // another node, whose transaction began before midnight
    const [late] = await world.flush([send('u_1', 'live_2')])
    assert.equal(
      late?.verdict.kind === 'settled' && (late.verdict.value as { spentToday: number }).spentToday,
      2,
    )
  })

  test('[LG5] gifts of one user from many rooms at once never overdraw', async () => {
    const world = await fresh()
    await world.topUp('u_1', 1_000)
    const worlds = Array.from({ length: 4 }, () => new GiftWorld(world.db, { dailyLimit: 1e9 }))
    const outcomes = await Promise.all(
      worlds.flatMap((one, node) =>
        [0, 1, 2].map(async (turn) => {
          await one.open(`live_${node}_${turn}`)
          return one.flush(
            Array.from({ length: 5 }, () => send('u_1', `live_${node}_${turn}`, 'lantern')),
          )
        }),
      ),
    )
    assert.equal(outcomes.flat().filter((outcome) => told(outcome) === 'settled').length, 15)
    assert.equal(await world.balance('u_1'), 10)
    assert.deepEqual(await checkBooks(world.db), [])
  })

  test('[LG6] any history of gifts does what the model says, and the books balance at every commit', async () => {
    const world = await fresh()
    let histories = 0
    const property = fc.asyncProperty(
      fc.array(turn, { minLength: 1, maxLength: 8 }),
      async (turns) => {
        await world.clear()
        now += 10 * day
        const model = new GiftModel(limit)
        const used: GiftSend[] = []
        for (const { kind, topUps, gifts } of turns) {
          if (kind === 'takeover') await world.open('live_0a', uuidv7())
          if (kind === 'midnight') {
            model.nextDay()
            now += day
          }
          for (const { user, amount } of topUps) model.topUp(user, amount)
          await world.topUps(topUps)
          const sends = gifts.map((gift) => asSend(gift, used))
          const inOrder = [...new Set(sends.map(({ room }) => room))].flatMap((room) =>
            sends.filter((one) => one.room === room),
          )
          const same = new Set<string>()
          const expected = new Map(inOrder.map((one) => [one, model.send(one, same)]))
          for (const outcome of await world.flush(sends)) {
            const { verdict, answer } = expected.get(outcome.send)!
            expected.delete(outcome.send)
            assert.equal(told(outcome), verdict)
            if (outcome.verdict.kind === 'duplicate')
              assert.deepEqual(outcome.verdict.answer, answer)
          }
          assert.equal(expected.size, 0)
          assert.deepEqual(await quickBooks(world.db), {
            balances: '0',
            entries: '0',
            lowest: true,
          })
        }
        await compare(world, model)
        histories += worlds
      },
    )
    await fc.assert(property, { numRuns: runs[name] })
    assert.ok(histories >= runs[name] * worlds)
  })

  test('[LG7] a transfer happens once; its id for another one is a conflict; nobody is overdrawn', async () => {
    const world = await fresh()
    const request = {
      id: uuidv7(),
      kind: 'topup',
      from: { kind: 'mint', owner: 'sandbox' },
      to: { kind: 'user', owner: 'u_1' },
      amount: 500,
      memo: { order: 'o1' },
    } as const
    const transfer = (change: object = {}) =>
      world.db.transaction().execute((tx) => world.ledger.transfer(tx, { ...request, ...change }))
    const all = await Promise.all(Array.from({ length: 8 }, () => transfer()))
    assert.deepEqual(all.toSorted(), ['applied', ...Array.from({ length: 7 }, () => 'duplicate')])
    await assert.rejects(transfer({ amount: 501 }), { code: 'conflict' })
    await assert.rejects(transfer({ kind: 'refund' }), { code: 'conflict' })
    await assert.rejects(transfer({ to: { kind: 'user', owner: 'u_2' } }), { code: 'conflict' })
    const back = { id: uuidv7(), kind: 'refund', from: request.to, to: request.from }
    await assert.rejects(transfer({ ...back, amount: 501 }), {
      code: 'insufficient_balance',
      data: { need: 501, have: 500 },
    })
    for (const amount of [0, -1, 1.5, Number.NaN, 2 ** 53])
      await assert.rejects(transfer({ id: uuidv7(), amount }), { code: 'input.invalid' })
    await assert.rejects(transfer({ id: uuidv7(), to: request.from }), { code: 'input.invalid' })
    assert.equal(await transfer({ ...back, amount: 500 }), 'applied')
    assert.equal(await world.balance('u_1'), 0)
    assert.deepEqual(await checkBooks(world.db), [])
  })

  test('[LG8] statement pages give every movement once, newest first, whatever arrives meanwhile', async () => {
    const world = await fresh()
    await world.topUp('u_1', 1_000)
    await world.topUp('host_live_a', 50)
    for (let n = 0; n < 5; n++) await world.flush([send('u_1', 'live_a', 'heart', n + 1)])
    const seen: [string, number][] = []
    let cursor: string | undefined
    do {
      const page = await world.ledger.entries(world.db, 'u_1', { cursor, limit: 2 })
      seen.push(...page.items.map(({ kind, amount }): [string, number] => [kind, amount]))
      if (cursor === undefined) await world.flush([send('u_1', 'live_a', 'drum')])
      cursor = page.next
    } while (cursor)
    assert.deepEqual(seen, [
      ['gift', -25],
      ['gift', -20],
      ['gift', -15],
      ['gift', -10],
      ['gift', -5],
      ['topup', 1_000],
    ])
    const { items } = await world.ledger.entries(world.db, 'host_live_a')
    assert.deepEqual(
      items.map(({ kind, amount }) => [kind, amount]),
      [
        ['earning', 7],
        ['earning', 17],
        ['earning', 14],
        ['earning', 10],
        ['earning', 7],
        ['earning', 3],
        ['topup', 50],
      ],
    )
    assert.deepEqual(items[0]!.memo, { gift: 'drum', count: 1, room: 'live_a', from: 'u_1' })
    await assert.rejects(world.ledger.entries(world.db, 'u_1', { cursor: "1' or 1=1" }), {
      code: 'input.invalid',
    })
    const wallet = await world.ledger.wallet(world.db, 'host_live_a')
    assert.deepEqual(wallet, {
      balance: 50,
      spentToday: 0,
      dailyLimit: limit,
      earnings: { available: 58, total: 58 },
    })
  })

  test('[LG9] the audit finds each kind of wrong', async () => {
    const world = await fresh()
    await world.topUp('u_1', 1_000)
    await world.flush([send('u_1', 'live_a', 'drum', 2)])
    await world.flush([send('u_1', 'live_a', 'drum', 2)])
    assert.deepEqual(await checkBooks(world.db), [])
    const wrongs: [string, RegExp][] = [
      [
        `update account set balance = balance + 1 where kind = 'user'`,
        /balances sum to 0.*each balance is the sum/s,
      ],
      [
        `update account set balance = balance - 1 where kind = 'mint';
        update account set balance = balance + 1 where kind = 'user'`,
        /each balance is the sum/,
      ],
      [
        `update entry set amount = amount + 1 where leg = 1 and transfer_id = (select id from transfer where kind = 'gift' limit 1)`,
        /entries sum to 0/,
      ],
      [
        `update entry set amount = amount + case leg when 1 then 1 else -1 end where leg > 0
        and transfer_id in (select id from transfer where kind = 'gift')`,
        /each leg is that of its transfer/,
      ],
      [
        `delete from entry where transfer_id = (select id from transfer where kind = 'gift' limit 1)`,
        /legs of each transfer/,
      ],
      [`delete from transfer where kind = 'gift'`, /each entry has its account and its transfer/],
      [`update journal set first_seq = 7, last_seq = 7 where last_seq = 2`, /have no gap/],
      [`update journal set epoch = 9 where last_seq = 1`, /never fall/],
      [`update actor set last_seq = 1`, /where its log ends/],
    ]
    for (const [wrong, found] of wrongs) {
      await world.db.transaction().execute(async (tx) => {
        for (const text of wrong.split(';')) await sql.raw(text).execute(tx)
        assert.match((await checkBooks(tx)).join('\\n'), found)
        await sql`rollback`.execute(tx)
        await sql`begin`.execute(tx)
      })
    }
    await assert.rejects(
      sql`update account set balance = -1 where kind = 'user'`.execute(world.db),
      { code: '23514' },
    )
  })
})

async function quickBooks(db: Db) {
  const { rows } = await sql`
    select (select sum(balance) from account)::text as balances,
      coalesce((select sum(amount) from entry), 0)::text as entries,
      not exists (select from account where balance < 0 and kind <> 'mint') as lowest`.execute(db)
  return rows[0]
}

async function compare(world: GiftWorld, model: GiftModel): Promise<void> {
  const { rows } = await sql<{ kind: string; owner: string; balance: number }>`
    select kind, owner, balance from account where kind in ('user', 'streamer')`.execute(world.db)
  const found = (kind: string) =>
    new Map(
      rows
        .filter((row) => row.kind === kind && row.balance > 0)
        .map((row) => [row.owner, row.balance]),
    )
  const positive = (map: Map<string, number>) =>
    new Map([...map].filter(([, balance]) => balance > 0))
  assert.deepEqual(found('user'), positive(model.balances))
  assert.deepEqual(found('streamer'), positive(model.earned))
  const user = [...model.balances.keys()][0]
  if (user) assert.equal((await world.ledger.wallet(world.db, user)).spentToday, model.spent(user))
  const totals = await sql<{ platform: string; gifts: number }>`
    select (select sum(balance) from account where kind = 'platform')::text as platform,
      (select count(*) from transfer where kind = 'gift') as gifts`.execute(world.db)
  assert.deepEqual(totals.rows[0], { platform: String(model.platform), gifts: model.gifts })
  assert.deepEqual(await checkBooks(world.db), [])
}
