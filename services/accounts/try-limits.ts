/** How often somebody may try: names, passwords, new accounts. */

import type { Counter, Counters } from '../counter.ts'

export interface TryLimits {
  /** Logins of one address for one name: nobody can lock somebody else out of an account. */
  readonly byName: Counter
  /** Failed logins of one address for whatever names. */
  readonly byAddress: Counter
  /** Current passwords tried inside a session. */
  readonly byUser: Counter
  readonly newAccounts: Counter
}

export function tryLimits(counters: Counters): TryLimits {
  return {
    byName: counters({ name: 'login.name', limit: 10, seconds: 900 }),
    byAddress: counters({ name: 'login.address', limit: 100, seconds: 900 }),
    byUser: counters({ name: 'password.user', limit: 10, seconds: 900 }),
    newAccounts: counters({ name: 'register.address', limit: 60, seconds: 3600 }),
  }
}
