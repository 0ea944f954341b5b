/** The ledger: sums to zero, agrees with the gifts and with what clients paid. */

import { of, type Evidence } from './evidence.ts'
import { Findings, type Finding } from './findings.ts'

export function checkMoney({ clients, database }: Evidence): Finding {
  const found = new Findings('C', 'The ledger sums to 0 and agrees with the gifts')
  const { gifts, transfers, legs, accounts } = database

  const sum = accounts.reduce((total, { balance }) => total + balance, 0)
  found.expect(sum === 0, () => `all balances together are ${sum}`)
  for (const { kind, owner, balance, entries } of accounts) {
    found.expect(balance === entries, () => `${kind} ${owner} has ${balance}, entries ${entries}`)
    found.expect(balance >= 0 || kind === 'mint', () => `${kind} ${owner} has ${balance}`)
  }

  const paid = new Map(transfers.map((transfer) => [transfer.id, transfer]))
  found.expect(
    paid.size === transfers.length && transfers.length === gifts.length,
    () => `${gifts.length} gifts, ${transfers.length} transfers`,
  )
  for (const { id, user, amount } of gifts) {
    const transfer = paid.get(id)
    found.expect(
      transfer?.user === user && transfer.amount === amount,
      () => `gift ${id} of ${amount} by ${user} is paid as ${JSON.stringify(transfer)}`,
    )
  }

  const legsOf = Map.groupBy(legs, ({ transfer }) => transfer)
  for (const { id, amount } of transfers) {
    const own = legsOf.get(id) ?? []
    const total = own.reduce((all, leg) => all + leg.amount, 0)
    const out = own.find(({ leg }) => leg === 0)?.amount
    found.expect(
      own.length === 3 && total === 0 && out === -amount,
      () => `transfer ${id} of ${amount} has ${own.length} legs: ${out} out, ${total} in all`,
    )
  }

  const purses = new Map(
    accounts.filter(({ kind }) => kind === 'user').map(({ owner, balance }) => [owner, balance]),
  )
  const spent = new Map<string, number>()
  for (const { user, amount } of gifts) spent.set(user, (spent.get(user) ?? 0) + amount)
  for (const client of clients) {
    const bought = of(client, 'topup').reduce((all, { coins }) => all + coins, 0)
    const want = bought - (spent.get(client.user) ?? 0)
    const have = purses.get(client.user) ?? 0
    found.expect(
      have === want,
      () => `${client.name} has ${have}, ${want} is what is left of ${bought}`,
    )
  }
  return found.finding
}
