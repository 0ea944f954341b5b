/** Passwords: Argon2id, a bounded queue, and what may be one. */

import { hash, verify } from '@node-rs/argon2'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { accountLimits } from './accounts.protocol.ts'
import { isCommonPassword } from './common-password.ts'

/** OWASP's second recommendation for Argon2id: 19 MiB, two passes, one lane; 16 ms on one core. */
export const argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export interface PasswordOptions {
  /** Hashes computed at the same time. */
  readonly atOnce?: number
  /** Hashes that may wait; more are refused as `busy`. */
  readonly mostWaiting?: number
}

/** Hashes and checks passwords, so many at a time that the process stays responsive. */
export class Passwords {
  readonly #atOnce: number
  readonly #mostWaiting: number
  #running = 0
  readonly #waiting: (() => void)[] = []
  #decoy: Promise<string> | undefined

  constructor({ atOnce = 2, mostWaiting = 100 }: PasswordOptions = {}) {
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /** The encoded hash. Throws `busy`. */
  async hash(password: string): Promise<string> {
    return this.#queued(() => hash(normal(password), argon2Parameters))
  }

  /**
   * Whether the password is the one of `encoded`. Without `encoded` (there is no such account) it takes
   * as long and says no. Throws `busy`.
   */
  async verify(encoded: string | undefined, password: string): Promise<boolean> {
    this.#decoy ??= hash('no account has this password', argon2Parameters)
    const against = encoded ?? (await this.#decoy)
    const equal = await this.#queued(() => verify(against, normal(password)))
    return equal && encoded !== undefined
  }

  /** True when a hash was made with other parameters than today's and should be made anew. */
  isOutdated(encoded: string): boolean {
    const { memoryCost: m, timeCost: t, parallelism: p } = argon2Parameters
    return !encoded.startsWith(`$argon2id$v=19$m=${m},t=${t},p=${p}$`)
  }

  async #queued<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#mostWaiting)
        throw new RoomError('busy', 'Many people are signing in; try again in a moment.', {
          retry: 'retry',
          data: { retryInMs: 1000 },
        })
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}

/** Throws `invalid` for a length out of bounds and `password.common`. There are no other rules. */
export function checkNewPassword(password: string, name: string): void {
  const length = [...normal(password)].length
  const { min, max } = accountLimits.password
  if (length < min || length > max)
    throw refusal('invalid', `Choose a password of ${min} to ${max} characters.`)
  if (isCommonPassword(password, name))
    throw refusal(
      'password.common',
      'This password is among the first that attackers try; choose another.',
    )
}

// One password, however a keyboard composes its letters (NIST SP 800-63B §3.1.1.2).
function normal(password: string): string {
  return password.normalize('NFKC')
}

function refusal(code: string, message: string): RoomError {
  return new RoomError(code, message, {
    retry: 'fix',
    data: { issues: [{ path: 'body.password', message }] },
  })
}
