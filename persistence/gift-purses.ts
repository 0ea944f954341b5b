/** Balances of one flush in memory: taken from and given back in order, exactly. */

/** What an account has, as the database locked it. */
export interface Purse {
  readonly account: number
  balance: number
  /** Spent on gifts on `day`. */
  spent: number
  day: string
  /** What this flush changes. */
  delta: number
  credited: number
}

export interface PurseRow {
  readonly id: number
  readonly balance: number
  readonly spent: number
  readonly spent_day: string | null
}

/** A day never goes back: after midnight a transaction that began before it counts for the new day. */
export function purseOf({ id, balance, spent, spent_day }: PurseRow, today: string): Purse {
  const later = spent_day !== null && spent_day >= today
  return {
    account: id,
    balance,
    spent: later ? spent : 0,
    day: later ? spent_day : today,
    delta: 0,
    credited: 0,
  }
}

/** Takes `amount` as spent today. */
export function spend(purse: Purse, amount: number): void {
  purse.balance -= amount
  purse.delta -= amount
  purse.spent += amount
}

export function unspend(purse: Purse, amount: number): void {
  purse.balance += amount
  purse.delta += amount
  purse.spent -= amount
}

export function credit(purse: Purse, amount: number): void {
  purse.delta += amount
  purse.credited += amount
}

/** Shares of an amount: the remainder of the division is the platform's. */
export function split(
  amount: number,
  streamerPercent: number,
): { streamer: number; platform: number } {
  const streamer = Number((BigInt(amount) * BigInt(streamerPercent)) / 100n)
  return { streamer, platform: amount - streamer }
}
