import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { check } from './check.ts'
import type { ClientLog, DatabaseFacts, Entry, Evidence } from './evidence.ts'

type Loose<T> = T extends readonly (infer Row)[]
  ? Loose<Row>[]
  : T extends object
    ? { -readonly [K in keyof T]: Loose<T[K]> }
    : T
type Mutable = Loose<Omit<Evidence, 'clients' | 'lost'>> & {
  lost?: ReadonlySet<string>
  clients: { name: string; user: string; entries: Entry[] }[]
}

const gift = (n: number): string => `gift-${n}`

/** Two givers and a watcher over two epochs, six gifts, one refusal: everything is right. */
function rightEvidence(): Mutable {
  const gifts = [1, 2, 3, 4, 5, 6].map((n) => ({
    seq: n + 10,
    epoch: n < 4 ? 1 : 2,
    id: gift(n),
    user: n % 2 ? 'ann' : 'ben',
    amount: 10,
  }))
  const seen = (t: number): Entry[] =>
    gifts.map(({ epoch, seq, id, amount }) => ({
      t: t + seq,
      k: 'see' as const,
      epoch,
      seq,
      type: 'gift.sent',
      id,
      amount,
    }))
  const giver = (name: string): ClientLog => ({
    name,
    user: name,
    entries: [
      { t: 0, k: 'topup', coins: 100 },
      ...gifts
        .filter(({ user }) => user === name)
        .flatMap(({ id, seq }): Entry[] => [
          { t: seq, k: 'offer', id, amount: 10 },
          { t: seq + 5, k: 'ack', id, answer: `10 of ${id}` },
        ]),
      ...seen(100),
    ],
  })
  const refused: Entry[] = [
    { t: 30, k: 'offer', id: 'dear', amount: 1_000 },
    { t: 31, k: 'refuse', id: 'dear', code: 'insufficient_balance' },
  ]
  const ann = giver('ann')
  const database: DatabaseFacts = {
    gifts,
    transfers: gifts.map(({ id, user, amount }) => ({ id, user, amount })),
    legs: gifts.flatMap(({ id, user }) => [
      { transfer: id, leg: 0, account: user === 'ann' ? 1 : 2, amount: -10 },
      { transfer: id, leg: 1, account: 3, amount: 7 },
      { transfer: id, leg: 2, account: 4, amount: 3 },
    ]),
    accounts: [
      { id: 1, kind: 'user', owner: 'ann', balance: 70, entries: 70 },
      { id: 2, kind: 'user', owner: 'ben', balance: 70, entries: 70 },
      { id: 3, kind: 'streamer', owner: 'host', balance: 42, entries: 42 },
      { id: 4, kind: 'platform', owner: '0', balance: 18, entries: 18 },
      { id: 5, kind: 'mint', owner: 'sandbox', balance: -200, entries: -200 },
    ],
    journal: [
      { epoch: 1, firstSeq: 1, lastSeq: 13 },
      { epoch: 2, firstSeq: 14, lastSeq: 14 },
      { epoch: 2, firstSeq: 15, lastSeq: 16 },
    ],
    room: { epoch: 2, lastSeq: 16 },
  }
  const watcher: ClientLog = { name: 'eve', user: 'eve', entries: seen(200) }
  const clients = [{ ...ann, entries: [...ann.entries, ...refused] }, giver('ben'), watcher]
  return structuredClone({ clients, database, healedAt: 50, settleMs: 1_000 }) as Mutable
}

/** Ids of the invariants that are broken. */
const broken = (evidence: Mutable): string =>
  check(evidence)
    .filter(({ breaches }) => breaches > 0)
    .map(({ id }) => id)
    .join('')

const seesOf = ({ entries }: Mutable['clients'][number]): Extract<Entry, { k: 'see' }>[] =>
  entries.filter((entry) => entry.k === 'see')

test('[CH7] the judge finds nothing where nothing is wrong, and has looked at everything', () => {
  const findings = check(rightEvidence())
  assert.deepEqual(
    findings.filter(({ breaches, checked }) => breaches || !checked),
    [],
  )
  assert.equal(findings.map(({ id }) => id).join(''), 'ABCDEOSFRI')
})

test('[CH18] what the database itself lost is no breach, and all else is', () => {
  const evidence = rightEvidence()
  const { database } = evidence
  const last = database.gifts.pop()!
  database.transfers.pop()
  database.legs.splice(-3)
  for (const account of database.accounts) {
    const change = { [last.user]: 10, host: -7, '0': -3 }[account.owner] ?? 0
    account.balance += change
    account.entries += change
  }
  database.journal.at(-1)!.lastSeq -= 1
  database.room.lastSeq -= 1
  assert.equal(broken(evidence), 'B')
  evidence.lost = new Set([last.id])
  assert.equal(broken(evidence), '')
  evidence.lost = new Set([gift(1)])
  assert.equal(broken(evidence), 'B')
})

describe('planted corruption', () => {
  const plants: [name: string, invariants: string, plant: (evidence: Mutable) => void][] = [
    [
      'an acknowledged gift is dropped from the log and the ledger',
      'BC',
      ({ database }) => {
        database.gifts.pop()
        database.transfers.pop()
        database.legs.splice(-3)
      },
    ],
    [
      'a gift is applied twice',
      'AC',
      ({ database }) => {
        database.gifts.push({ ...database.gifts[0]!, seq: 17 })
        database.room.lastSeq = 17
        database.journal.push({ epoch: 2, firstSeq: 17, lastSeq: 17 })
      },
    ],
    [
      'two events are swapped at one client',
      'O',
      ({ clients }) => {
        const [first, second] = seesOf(clients[2]!)
        const swapped = [
          { ...first!, id: second!.id },
          { ...second!, id: first!.id },
        ]
        clients[2]!.entries.splice(0, 2, ...swapped)
      },
    ],
    [
      'an event is shown under an epoch before it was written',
      'O',
      ({ clients }) => {
        const { entries } = clients[2]!
        entries[3] = { ...entries[3]!, epoch: 1 } as Entry
      },
    ],
    [
      'an event is missing at one client',
      'ES',
      ({ clients }) => void clients[2]!.entries.splice(2, 1),
    ],
    [
      'the last event never came to one client',
      'S',
      ({ clients }) => void clients[2]!.entries.pop(),
    ],
    [
      'an old epoch wrote after the new one',
      'D',
      ({ database }) => void (database.journal[2]!.epoch = 1),
    ],
    [
      'a gift of the old epoch stands behind one of the new',
      'D',
      ({ database }) => void (database.gifts[5]!.epoch = 1),
    ],
    [
      'the journal skips a number',
      'E',
      ({ database }) => void (database.journal[2]!.firstSeq = 16),
    ],
    [
      'a balance is off by one',
      'C',
      ({ database }) => {
        database.accounts[2]!.balance += 1
        database.accounts[2]!.entries += 1
      },
    ],
    ['a leg is off by one', 'C', ({ database }) => void (database.legs[1]!.amount += 1)],
    [
      'coins go from one purse to another',
      'C',
      ({ database }) => {
        database.accounts[0]!.balance -= 5
        database.accounts[0]!.entries -= 5
        database.accounts[1]!.balance += 5
        database.accounts[1]!.entries += 5
      },
    ],
    [
      'a gift is charged to somebody else',
      'C',
      ({ database }) => void (database.transfers[0]!.user = 'ben'),
    ],
    [
      'what was refused happened',
      'R',
      ({ clients }) =>
        void clients[0]!.entries.push({ t: 40, k: 'refuse', id: gift(1), code: 'busy' }),
    ],
    [
      'a command never had an outcome',
      'F',
      ({ clients }) => void clients[1]!.entries.push({ t: 40, k: 'offer', id: 'x', amount: 10 }),
    ],
    [
      'an outcome came too late',
      'F',
      ({ clients }) => {
        const at = clients[1]!.entries.findIndex(({ k }) => k === 'ack')
        clients[1]!.entries[at] = { ...clients[1]!.entries[at]!, t: 5_000 }
      },
    ],
    [
      'one question has two answers',
      'A',
      ({ clients }) => void clients[0]!.entries.push({ t: 9, k: 'ack', id: gift(1), answer: '9' }),
    ],
    [
      'a gift that nobody offered is in the log',
      'IF',
      ({ clients }) => {
        const { entries } = clients[1]!
        const at = entries.findIndex(({ k }) => k === 'offer')
        entries[at] = { ...entries[at]!, id: 'other' } as Entry
      },
    ],
  ]
  for (const [name, invariants, plant] of plants)
    test(`[CH8] ${name}: it is caught`, () => {
      const evidence = rightEvidence()
      plant(evidence)
      for (const id of invariants) assert.match(broken(evidence), new RegExp(id), name)
    })

  test('[CH9] a gap that the client was told of is none, and who left need not see the end', () => {
    const evidence = rightEvidence()
    const { entries } = evidence.clients[2]!
    entries.splice(2, 2, { t: 3, k: 'recovered', gap: true })
    assert.equal(broken(evidence), '')
    const left = rightEvidence()
    left.clients[2]!.entries.splice(-2, 2, { t: 9, k: 'left' })
    assert.equal(broken(left), '')
  })
})
