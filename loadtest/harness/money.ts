/** Holds wallets, earnings and statements against the gifts that were acknowledged. Pure. */

import type { Findings } from './findings.ts'
import type { Sent } from './record.ts'

/** One person's money before and after, in coins. */
export interface Purse {
  readonly user: string
  readonly before: { readonly balance: number; readonly earned: number }
  readonly after: { readonly balance: number; readonly earned: number }
  /** Gifts received according to the own statement, by transfer: coins. Undefined where it was too long to read. */
  readonly received?: readonly { readonly id: string; readonly amount: number }[] | undefined
}

export interface MoneyEvidence {
  readonly senders: readonly Purse[]
  /** By room. */
  readonly hosts: ReadonlyMap<string, Purse>
  readonly sent: readonly Sent[]
  /** Whole percent of a gift that its streamer gets; undefined: not known. */
  readonly streamerPercent?: number | undefined
}

export function checkMoney(evidence: MoneyEvidence, findings: Findings): void {
  const gifts = evidence.sent.filter(({ deed }) => deed === 'gift')
  const bySender = Map.groupBy(gifts, ({ sender }) => sender)
  for (const purse of evidence.senders) {
    const spent = purse.before.balance - purse.after.balance
    const due = range(bySender.get(purse.user) ?? [], (gift) => gift.amount ?? 0)
    if (spent < due.least || (!due.open && spent > due.least)) {
      findings.add('money', `${purse.user} paid ${spent} coins for gifts of ${due.least}`)
    }
    if (purse.after.balance < 0) findings.add('money', `${purse.user} is below 0`)
  }
  const byRoom = Map.groupBy(gifts, ({ room }) => room)
  for (const [room, host] of evidence.hosts) {
    checkHost(room, host, byRoom.get(room) ?? [], evidence.streamerPercent, findings)
  }
}

function checkHost(
  room: string,
  host: Purse,
  gifts: readonly Sent[],
  percent: number | undefined,
  findings: Findings,
): void {
  const earned = host.after.earned - host.before.earned
  if (percent !== undefined) {
    const due = range(gifts, ({ amount = 0 }) => Math.floor((amount * percent) / 100))
    if (earned < due.least || (!due.open && earned > due.least)) {
      findings.add('money', `${room}: the host earned ${earned} coins, ${due.least} were due`)
    }
  }
  if (!host.received) return
  const known = new Map(gifts.map((gift) => [gift.id, gift]))
  const seen = new Set<string>()
  for (const { id } of host.received) {
    const outcome = known.get(id)?.outcome
    if (seen.has(id)) findings.add('money', `${room}: the statement has gift ${id} twice`)
    else if (!known.has(id)) {
      findings.add('money', `${room}: the statement has gift ${id}, which nobody sent`)
    } else if (outcome !== undefined && outcome !== 'ok') {
      findings.add('money', `${room}: the statement has gift ${id}, refused with ${outcome}`)
    }
    seen.add(id)
  }
  for (const { id, outcome } of gifts) {
    if (outcome === 'ok' && !seen.has(id)) {
      findings.add('money', `${room}: the statement lacks gift ${id}, which was acknowledged`)
    }
  }
  const stated = host.received.reduce((sum, { amount }) => sum + amount, 0)
  if (stated !== earned) {
    findings.add('money', `${room}: statement ${stated} and earnings ${earned} differ`)
  }
}

/** What acknowledged gifts cost; `open`: others without an answer may cost something too. */
function range(gifts: readonly Sent[], cost: (gift: Sent) => number) {
  const acknowledged = gifts.filter(({ outcome }) => outcome === 'ok')
  return {
    least: acknowledged.reduce((sum, gift) => sum + cost(gift), 0),
    open: gifts.some(({ outcome }) => outcome === undefined),
  }
}
