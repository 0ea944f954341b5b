/**
 * Durable gifts a second through the room actor, with `synchronous_commit=on`, beside pgbench's TPC-B
 * and beside one transaction a gift, on the same server in the same run; and the same on PGlite. 20,000
 * users send to 20 rooms; each sender waits for the acknowledgement of its gift before the next.
 */

import type { Database } from '../../persistence/database.ts'
import type { Bench, Variant } from './bench.ts'
import {
  benchServer,
  openBenchDatabase,
  openPgliteBench,
  type GiftBooks,
} from './gifts-databases.ts'
import { naiveGifts } from './gifts-naive.ts'
import { giftRooms, type GiftSender } from './gifts-rooms.ts'
import { pgbench } from './gifts-pgbench.ts'
import { cpuMeter, type CpuMeter } from './server-cpu.ts'

const warmMs = 1_000
const phaseMs = 5_000
const inFlight = [50, 200]

export const gifts: Bench = async (say) => {
  const variants: Variant[] = []
  const tell = (variant: Variant): void => {
    variants.push(variant)
    say(`${variant.name}: ${Math.round(Number(variant['perSecond']))}/s`)
  }
  const server = await benchServer(say)
  if (server) {
    const books = await openBenchDatabase(server, say)
    const meter = cpuMeter(true)
    try {
      tell(await pgbench(server, meter, phaseMs / 1_000))
      const naive = await naiveGifts(books.url!, books)
      tell(await phase('one transaction a gift, pool of 20', meter, books, 20, naive.send))
      await naive.close()
      await ours('Postgres', books, meter, [1, ...inFlight], tell)
    } finally {
      await books.database.close()
    }
  }
  const books = await openPgliteBench(say)
  try {
    await ours('PGlite', books, cpuMeter(false), [1, 100, 200], tell)
  } finally {
    await books.database.close()
  }
  return { variants, ratios: ratiosOf(variants) }
}

async function ours(
  where: string,
  books: GiftBooks,
  meter: CpuMeter,
  counts: readonly number[],
  tell: (variant: Variant) => void,
): Promise<void> {
  const rooms = await giftRooms(books)
  for (const count of counts)
    tell(await phase(`room actor on ${where}, ${count} in flight`, meter, books, count, rooms.send))
  await rooms.close()
  await mustBalance(books.database)
}

/** `count` senders, each sending the next gift when the last one was acknowledged. */
async function phase(
  name: string,
  meter: CpuMeter,
  { senders }: GiftBooks,
  count: number,
  send: GiftSender,
): Promise<Variant> {
  const latencies: number[] = []
  let measuring = false
  let ended = false
  const work = async (): Promise<void> => {
    while (!ended) {
      const sender = senders[Math.floor(Math.random() * senders.length)]!
      const started = performance.now()
      await send(sender)
      if (measuring) latencies.push(performance.now() - started)
    }
  }
  const workers = Array.from({ length: count }, work)
  await wait(warmMs)
  measuring = true
  const used = meter.start()
  await wait(phaseMs)
  measuring = false
  const cpu = used()
  ended = true
  await Promise.all(workers)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN
  return {
    name,
    perSecond: (latencies.length * 1_000) / phaseMs,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    ...cpu,
  }
}

/** Figures of a bench that lost money are worth nothing. */
async function mustBalance({ db }: Database): Promise<void> {
  const { checkBooks } = await import('../../persistence/check-books.ts')
  const wrong = await checkBooks(db)
  if (wrong.length) throw new Error(`the books do not balance: ${wrong.join('; ')}`)
}

function ratiosOf(variants: readonly Variant[]): Record<string, number> {
  const rate = (part: string) =>
    Number(variants.find(({ name }) => name.includes(part))?.['perSecond'])
  const all: [string, number][] = [
    ['200 in flight / pgbench', rate('Postgres, 200') / rate('pgbench')],
    ['50 in flight / pgbench', rate('Postgres, 50') / rate('pgbench')],
    ['200 in flight / one transaction a gift', rate('Postgres, 200') / rate('one transaction')],
  ]
  return Object.fromEntries(all.filter(([, ratio]) => Number.isFinite(ratio)))
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
