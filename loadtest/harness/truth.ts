/** Holds what witnesses saw of a room against what was sent and acknowledged there. Pure. */

import type { Findings } from './findings.ts'
import type { Sent } from './record.ts'
import type { Noted, Testimony } from './witness.ts'

export interface RoomEvidence {
  readonly room: string
  readonly sent: readonly Sent[]
  readonly testimonies: readonly Testimony[]
  /** Lines a second that a viewer gets and how many may be saved up; undefined: not known. */
  readonly budget?: Budget | undefined
}

export interface Budget {
  readonly perSecond: number
  readonly burst: number
  /** Whether less than the budget is wrong too: a server that stands still for a second loses some of it. */
  readonly exact: boolean
}

/** Adds to `findings` all that does not fit. */
export function checkRoom(evidence: RoomEvidence, findings: Findings): void {
  const gifts = evidence.sent.filter(({ deed }) => deed === 'gift')
  const lines = evidence.sent.filter(({ deed }) => deed === 'danmaku')
  for (const { outcome, deed, id, room } of evidence.sent) {
    if (outcome === undefined) findings.add('answered', `${deed} ${id} in ${room}`)
  }
  for (const testimony of evidence.testimonies) {
    for (const fault of testimony.faults) findings.add('gaps', `${who(testimony)}: ${fault}`)
    checkGifts(gifts, testimony, findings)
    checkTurns(gifts, testimony, findings)
    checkLines(lines, testimony, findings)
    checkLikes(evidence.sent, testimony, findings)
    if (evidence.budget) checkBudget(lines, testimony, evidence.budget, findings)
  }
  checkSameOrder(evidence.testimonies, findings)
}

function checkGifts(sent: readonly Sent[], testimony: Testimony, findings: Findings): void {
  const known = new Map(sent.map((gift) => [gift.id, gift]))
  const seen = new Set<string>()
  for (const event of testimony.events) {
    if (event.type !== 'gift.sent') continue
    const gift = known.get(event.id ?? '')
    const name = `${who(testimony)}: gift ${event.id} under ${event.seq}`
    if (!gift) findings.add('once', `${name} was sent by nobody`)
    else if (seen.has(gift.id)) findings.add('once', `${name} came before`)
    else if (gift.outcome !== undefined && gift.outcome !== 'ok') {
      findings.add('once', `${name} was refused with ${gift.outcome}`)
    } else if (gift.amount !== undefined && gift.amount !== event.amount) {
      findings.add('amounts', `${name}: ${event.amount} coins, answered ${gift.amount}`)
    }
    seen.add(event.id ?? '')
  }
  // A fresh view after a long absence replaces events, as it says.
  if (testimony.views) return
  for (const { id, outcome } of sent) {
    if (outcome === 'ok' && !seen.has(id)) {
      findings.add('once', `${who(testimony)}: gift ${id} was acknowledged and never came`)
    }
  }
}

/** What was answered before another one was sent has the lower number. */
function checkTurns(sent: readonly Sent[], testimony: Testimony, findings: Findings): void {
  const known = new Map(sent.map((gift) => [gift.id, gift]))
  let latest: { sent: Sent; seq: number } | undefined
  for (const { id, seq } of testimony.events) {
    const gift = id === undefined ? undefined : known.get(id)
    if (!gift) continue
    if (latest && gift.answeredAt !== undefined && gift.answeredAt < latest.sent.sentAt) {
      const before = `gift ${latest.sent.id} (${latest.seq}), sent after the answer to`
      findings.add('order', `${who(testimony)}: ${before} ${gift.id}, came before it (${seq})`)
    }
    if (!latest || gift.sentAt > latest.sent.sentAt) latest = { sent: gift, seq }
  }
}

function checkLines(sent: readonly Sent[], testimony: Testimony, findings: Findings): void {
  const known = new Map(sent.map((line) => [line.id, line]))
  const seen = new Set<string>()
  for (const id of testimony.lines) {
    const line = known.get(id)
    if (!line) findings.add('once', `${who(testimony)}: line ${id} was sent by nobody`)
    else if (seen.has(id)) findings.add('once', `${who(testimony)}: line ${id} came before`)
    else if (line.outcome !== undefined && line.outcome !== 'ok') {
      findings.add('once', `${who(testimony)}: line ${id} was refused with ${line.outcome}`)
    }
    seen.add(id)
  }
  // Lines are not kept for whoever was away.
  if (testimony.drops) return
  const accepted = sent.filter(({ outcome }) => outcome === 'ok').length
  const unanswered = sent.filter(({ outcome }) => outcome === undefined).length
  const told = seen.size + testimony.shed
  if (told < accepted || told > accepted + unanswered) {
    const sum = `${seen.size} lines came and ${testimony.shed} were shed`
    findings.add('shed', `${who(testimony)}: ${accepted} lines were taken, but ${sum}`)
  }
}

function checkLikes(sent: readonly Sent[], testimony: Testimony, findings: Findings): void {
  if (testimony.drops) return
  const likes = sent.filter(({ deed }) => deed === 'like')
  const sum = (of: readonly Sent[]): number => of.reduce((total, { count }) => total + count, 0)
  const taken = sum(likes.filter(({ outcome }) => outcome === 'ok'))
  const open = sum(likes.filter(({ outcome }) => outcome === undefined))
  if (testimony.likes < taken || testimony.likes > taken + open) {
    findings.add('likes', `${who(testimony)}: ${testimony.likes} were told of ${taken} taken`)
  }
}

/** Seconds that are left out at both ends: the budget counts from its own ticks. */
const edge = 1

function checkBudget(
  sent: readonly Sent[],
  testimony: Testimony,
  { perSecond, burst, exact }: Budget,
  findings: Findings,
): void {
  const taken = sent.filter(({ outcome }) => outcome === 'ok')
  const [first, last] = [taken[0], taken.at(-1)]
  if (testimony.drops || !first || !last) return
  const seconds = ((last.answeredAt ?? last.sentAt) - first.sentAt) / 1_000
  const most = Math.ceil(perSecond * (seconds + edge) + burst)
  const came = testimony.lines.length
  if (came > most) {
    const bound = `the budget of ${seconds.toFixed(1)} s is ${most}`
    findings.add('budget', `${who(testimony)}: ${came} lines came, ${bound}`)
  }
  // With the budget asked for in each second, none of it may stay unused.
  const least = Math.floor(perSecond * (seconds - 2 * edge))
  if (exact && testimony.shed && came < least && isSteady(taken, perSecond)) {
    const due = `the budget had room for ${least}`
    findings.add('budget', `${who(testimony)}: ${came} lines came of ${taken.length}, ${due}`)
  }
}

/** Whether lines were taken at `perSecond` and more in each second. */
function isSteady(taken: readonly Sent[], perSecond: number): boolean {
  const counts = new Map<number, number>()
  const start = taken[0]!.sentAt
  for (const { sentAt } of taken) {
    const second = Math.floor((sentAt - start) / 1_000)
    counts.set(second, (counts.get(second) ?? 0) + 1)
  }
  for (let second = 0; second < counts.size - 1; second += 1) {
    if ((counts.get(second) ?? 0) < perSecond) return false
  }
  return true
}

/** The same event under the same number, and lines that two saw in the same order. */
function checkSameOrder(testimonies: readonly Testimony[], findings: Findings): void {
  const log = new Map<number, { event: Noted; by: Testimony }>()
  for (const testimony of testimonies) {
    for (const event of testimony.events) {
      const known = log.get(event.seq)
      if (!known) log.set(event.seq, { event, by: testimony })
      else if (!isSame(known.event, event)) {
        const both = `${text(known.event)} for ${known.by.name}, ${text(event)} for`
        findings.add('order', `${testimony.room} ${event.seq}: ${both} ${testimony.name}`)
      }
    }
  }
  const [first, ...others] = testimonies
  const places = new Map(first?.lines.map((id, place) => [id, place]))
  for (const other of others) {
    let last = -1
    for (const id of other.lines) {
      const place = places.get(id)
      if (place === undefined) continue
      if (place < last) {
        findings.add('order', `${who(other)}: line ${id} came later than for ${first!.name}`)
      }
      last = Math.max(last, place)
    }
  }
}

function isSame(a: Noted, b: Noted): boolean {
  return a.type === b.type && a.id === b.id && a.epoch === b.epoch && a.amount === b.amount
}

function text({ type, id }: Noted): string {
  return id === undefined ? type : `${type} ${id}`
}

function who({ name, room }: Testimony): string {
  return `${name} in ${room}`
}
