/** The end of a run: waits until everything has arrived, then holds it all against the record. */

import { checkDatabase, type BooksEvidence } from '../platform/books.ts'
import type { Heard } from '../scenarios/scenario.ts'
import type { Account } from './account.ts'
import type { Crowd } from './crowd.ts'
import { Findings } from './findings.ts'
import { checkMoney, type Purse } from './money.ts'
import type { Record } from './record.ts'
import type { Ensemble, SetRoom } from './setup.ts'
import { checkRoom, type Budget } from './truth.ts'

/** So long is waited for the next answer, and for what was acknowledged, ms. */
const patienceMs = 20_000
/** Longer than the longest window of a lane: what comes later comes never. ms. */
const quietMs = 1_500
/** Statements longer than that are not read: their sum is checked all the same. */
const mostEntries = 20_000

type Wallets = ReadonlyMap<Account, { balance: number; earned: number }>

export function roomsOf({ rooms, side }: Omit<Ensemble, 'stop'>): SetRoom[] {
  return side ? [...rooms, side] : [...rooms]
}

/** Resolves when all is answered and seen, or nothing more can be hoped for. */
export async function settle(rooms: readonly SetRoom[], record: Record): Promise<void> {
  let until = performance.now() + patienceMs
  let { open } = record
  const arrived = (): boolean => record.open === 0 && rooms.every((room) => sawGifts(room, record))
  while (!arrived() && performance.now() < until) {
    await pause(200)
    if (record.open < open) until = performance.now() + patienceMs
    open = record.open
  }
  await pause(quietMs)
}

function sawGifts({ key, witnesses }: SetRoom, record: Record): boolean {
  let due = 0
  for (const { room, deed, outcome } of record.all()) {
    if (room === key && deed === 'gift' && outcome === 'ok') due += 1
  }
  return witnesses.every(
    ({ events, views }) =>
      views > 0 || events.filter(({ type }) => type === 'gift.sent').length >= due,
  )
}

/** Gifts that were acknowledged against those that each witness got. */
export function heard(rooms: readonly SetRoom[], record: Record): Heard {
  const counts = { due: 0, seen: 0 }
  const byRoom = Map.groupBy(record.all(), ({ room }) => room)
  for (const { key, witnesses } of rooms) {
    const gifts = byRoom
      .get(key)
      ?.filter(({ deed, outcome }) => deed === 'gift' && outcome === 'ok')
    const ids = new Set(gifts?.map(({ id }) => id))
    counts.due += ids.size * witnesses.length
    for (const { events } of witnesses) {
      counts.seen += new Set(events.map(({ id }) => id).filter((id) => ids.has(id ?? ''))).size
    }
  }
  return counts
}

/** What everybody owns now. */
export async function countMoney(rooms: readonly SetRoom[]): Promise<Wallets> {
  const wallets = new Map<Account, { balance: number; earned: number }>()
  for (const { host, senders } of rooms) {
    for (const account of [host, ...senders.map((sender) => sender.account)]) {
      const { balance, earnings } = await account.wallet()
      wallets.set(account, { balance, earned: earnings.total })
    }
  }
  return wallets
}

export interface Judgement {
  readonly rooms: readonly SetRoom[]
  readonly record: Record
  readonly crowd: Crowd
  readonly before: Wallets
  /** What is known of a platform that the run started itself. */
  readonly known: {
    readonly budget?: Budget
    readonly streamerPercent?: number
  }
}

export async function judgeRun(judgement: Judgement): Promise<Findings> {
  const { rooms, record, crowd, before, known } = judgement
  const findings = new Findings()
  const byRoom = Map.groupBy(record.all(), ({ room }) => room)
  for (const { key, witnesses } of rooms) {
    const sent = byRoom.get(key) ?? []
    checkRoom({ room: key, sent, testimonies: witnesses, budget: known.budget }, findings)
  }
  crowd.check(findings)
  const after = await countMoney(rooms)
  const purse = (account: Account): Purse => ({
    user: account.id,
    before: before.get(account)!,
    after: after.get(account)!,
  })
  const hosts = new Map<string, Purse>()
  for (const { key, host } of rooms) {
    const gifts = (byRoom.get(key) ?? []).filter(({ deed }) => deed === 'gift').length
    const received = gifts > mostEntries ? undefined : await giftsOf(host, mostEntries + 100)
    hosts.set(key, { ...purse(host), received })
  }
  const senders = rooms.flatMap((room) => room.senders.map(({ account }) => purse(account)))
  const { streamerPercent } = known
  checkMoney({ senders, hosts, sent: [...record.all()], streamerPercent }, findings)
  return findings
}

/** The same for the database of a platform that has stopped. */
export async function judgeBooks(
  where: BooksEvidence['where'],
  { rooms, record }: Pick<Judgement, 'rooms' | 'record'>,
  findings: Findings,
): Promise<void> {
  const testimonies = rooms.flatMap(({ witnesses }) => witnesses)
  const keys = rooms.map(({ key }) => key)
  await checkDatabase({ where, rooms: keys, sent: [...record.all()], testimonies }, findings)
}

async function giftsOf(host: Account, most: number) {
  const entries = await host.statement(most)
  return entries.filter(({ kind }) => kind === 'earning').map(({ id, amount }) => ({ id, amount }))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
