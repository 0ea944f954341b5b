/** What clients saw: without holes, in one order for all, and as the database has it. */

import { of, type ClientLog, type Evidence } from './evidence.ts'
import { Findings, type Finding } from './findings.ts'

export function checkOrder(evidence: Evidence): readonly Finding[] {
  return [gapless(evidence), oneOrder(evidence), everybodySees(evidence)]
}

function gapless({ clients, database }: Evidence): Finding {
  const found = new Findings('E', 'Numbers have no gap, or the client is told')
  for (const client of clients) {
    let last: { epoch: number; seq: number } | undefined
    for (const entry of client.entries) {
      if (entry.k === 'recovered' && entry.gap) last = undefined
      if (entry.k !== 'see') continue
      const { epoch, seq } = entry
      const before = last
      const follows = !before || (seq === before.seq + 1 && epoch >= before.epoch)
      found.expect(follows, () => `${client.name}: ${epoch}.${seq} after ${place(before)}`)
      last = { epoch, seq }
    }
  }
  let end: number | undefined
  for (const { firstSeq, lastSeq } of database.journal) {
    const before = end
    found.expect(
      before === undefined || firstSeq === before + 1,
      () => `the journal goes on with ${firstSeq} after ${before}`,
    )
    end = lastSeq
  }
  found.expect(
    end === undefined || end === database.room.lastSeq,
    () => `the journal ends with ${end}, the room says ${database.room.lastSeq}`,
  )
  return found.finding
}

/**
 * The epoch at a client may be later than that of the log: what was written but not yet shown when its
 * leader died is shown by the next one.
 */
function oneOrder({ clients, database, lost }: Evidence): Finding {
  const found = new Findings('O', 'Everybody has the same event under a number')
  const events = new Map<number, { text: string; epoch: number; by: string }>()
  for (const { seq, epoch, id, amount } of database.gifts)
    events.set(seq, { text: `gift.sent ${id} ${amount}`, epoch, by: 'the database' })
  for (const client of clients) {
    for (const { epoch, seq, type, id, amount } of of(client, 'see')) {
      if (id !== undefined && lost?.has(id)) continue
      const text = type === 'gift.sent' ? `${type} ${id} ${amount}` : type
      const known = events.get(seq)
      if (!known) events.set(seq, { text, epoch: 0, by: client.name })
      const same = !known || (known.text === text && epoch >= known.epoch)
      found.expect(same, () => {
        const other = `“${known?.text}” of ${known?.epoch} for ${known?.by}`
        return `${seq} is “${text}” of ${epoch} for ${client.name}, ${other}`
      })
    }
  }
  return found.finding
}

/**
 * Who was there to the end saw every gift since its first event, except over a gap it was told of, and in the
 * place of gifts that it saw before the database lost them.
 */
function everybodySees({ clients, database, lost }: Evidence): Finding {
  const found = new Findings('S', 'Who stayed saw every event')
  for (const client of clients) {
    const seen = of(client, 'see')
    const gone = seen.filter(({ id }) => id !== undefined && lost?.has(id))
    const first = gone.length ? Math.max(...gone.map(({ seq }) => seq)) + 1 : seen[0]?.seq
    if (first === undefined || of(client, 'left').length || wasToldOfGap(client)) continue
    const ids = new Set(seen.map(({ id }) => id))
    for (const { id, seq } of database.gifts)
      if (seq >= first) found.expect(ids.has(id), () => `${client.name} never saw ${id} (${seq})`)
  }
  return found.finding
}

function wasToldOfGap(client: ClientLog): boolean {
  return of(client, 'recovered').some(({ gap }) => gap)
}

function place(at: { epoch: number; seq: number } | undefined): string {
  return at ? `${at.epoch}.${at.seq}` : 'nothing'
}
