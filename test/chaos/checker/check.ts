/** The independent judge of a chaos run: clients' logs against the database, and against each other. */

import { checkMoney } from './check-money.ts'
import { checkOrder } from './check-order.ts'
import { of, type Evidence } from './evidence.ts'
import { Findings, type Finding } from './findings.ts'

/** One finding for each invariant; the run is good where none has a breach. */
export function check(evidence: Evidence): readonly Finding[] {
  return [
    appliedOnce(evidence),
    keptWhatWasAcknowledged(evidence),
    checkMoney(evidence),
    oneOwner(evidence),
    ...checkOrder(evidence),
    settled(evidence),
    refusedIsNotApplied(evidence),
    nothingInvented(evidence),
  ]
}

function appliedOnce({ clients, database }: Evidence): Finding {
  const found = new Findings('A', 'A command takes effect once and has one answer')
  const times = new Map<string, number>()
  for (const { id } of database.gifts) times.set(id, (times.get(id) ?? 0) + 1)
  for (const [id, n] of times) found.expect(n === 1, () => `gift ${id} is in the log ${n} times`)
  for (const client of clients) {
    const answers = new Map<string, string>()
    for (const { id, answer } of of(client, 'ack')) {
      const first = answers.get(id) ?? answer
      answers.set(id, first)
      found.expect(first === answer, () => `${id} was answered ${first} and then ${answer}`)
    }
    const places = new Map<string, number>()
    for (const { id, seq } of of(client, 'see')) {
      if (id === undefined) continue
      const first = places.get(id) ?? seq
      places.set(id, first)
      found.expect(first === seq, () => `${client.name} saw ${id} as ${first} and as ${seq}`)
    }
  }
  return found.finding
}

function keptWhatWasAcknowledged({ clients, database, lost }: Evidence): Finding {
  const found = new Findings('B', 'What was acknowledged is in the database')
  const gifts = new Map(database.gifts.map((gift) => [gift.id, gift]))
  for (const client of clients) {
    const offers = new Map(of(client, 'offer').map(({ id, amount }) => [id, amount]))
    for (const { id } of of(client, 'ack')) {
      if (lost?.has(id)) continue
      const gift = gifts.get(id)
      const right = gift?.user === client.user && gift.amount === offers.get(id)
      found.expect(right, () => `${client.name}: ${id} was acknowledged, kept is ${told(gift)}`)
    }
  }
  return found.finding
}

/** Rows of the journal stand in the order of their commits, for the room's row is locked meanwhile. */
function oneOwner({ database }: Evidence): Finding {
  const found = new Findings('D', 'Nothing is written under an old epoch')
  let epoch = 0
  for (const row of database.journal) {
    found.expect(row.epoch >= epoch, () => `epoch ${row.epoch} wrote after epoch ${epoch}`)
    epoch = Math.max(epoch, row.epoch)
  }
  epoch = 0
  for (const { seq, epoch: own } of database.gifts) {
    found.expect(own >= epoch, () => `gift ${seq} is of epoch ${own}, one before it of ${epoch}`)
    epoch = Math.max(epoch, own)
  }
  const { room } = database
  found.expect(epoch <= room.epoch, () => `the room is in epoch ${room.epoch}, written is ${epoch}`)
  return found.finding
}

function settled({ clients, healedAt, settleMs }: Evidence): Finding {
  const found = new Findings('F', 'Every command has an outcome soon after the fault')
  for (const client of clients) {
    const outcomes = new Map<string, number>()
    for (const { t, k, ...entry } of client.entries)
      if ((k === 'ack' || k === 'refuse') && 'id' in entry && entry.id && !outcomes.has(entry.id))
        outcomes.set(entry.id, t)
    for (const { id, t } of of(client, 'offer')) {
      const at = outcomes.get(id) ?? Infinity
      const late = at - Math.max(healedAt, t)
      found.expect(
        Number.isFinite(at) && late <= settleMs,
        () => `${client.name}: ${id} has ${told(outcomes.get(id) && `an outcome ${late} ms late`)}`,
      )
    }
  }
  return found.finding
}

function refusedIsNotApplied({ clients, database }: Evidence): Finding {
  const found = new Findings('R', 'What was refused did not happen')
  const gifts = new Set(database.gifts.map(({ id }) => id))
  const paid = new Set(database.transfers.map(({ id }) => id))
  for (const client of clients) {
    const acked = new Set(of(client, 'ack').map(({ id }) => id))
    for (const { id, code } of of(client, 'refuse')) {
      const happened = gifts.has(id) || paid.has(id) || acked.has(id)
      found.expect(!happened, () => `${client.name}: ${id} was refused (${code}) and happened`)
    }
  }
  return found.finding
}

function nothingInvented({ clients, database }: Evidence): Finding {
  const found = new Findings('I', 'Nothing happened that nobody asked for')
  const offered = new Map(
    clients.flatMap((client) => of(client, 'offer').map(({ id }) => [id, client.user] as const)),
  )
  for (const { id, user } of database.gifts)
    found.expect(offered.get(id) === user, () => `${user} never offered ${id}`)
  return found.finding
}

function told(what: unknown): string {
  return what === undefined ? 'nothing' : typeof what === 'string' ? what : JSON.stringify(what)
}
