/** Top-ups: an order, a payment elsewhere, a signed notice, and coins once. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Ledger } from '../../persistence/ledger.ts'
import type { Db, Tx } from '../../persistence/tables.ts'
import { centsPerCoin, type TopUp } from './payments.protocol.ts'
import {
  findTopUp,
  insertTopUp,
  lockTopUp,
  recordNotice,
  updateTopUp,
  type TopUpTable,
} from './payments.store.ts'
import type {
  Acknowledgement,
  CheckoutContext,
  Delivery,
  Order,
  PaymentNotice,
  PaymentProvider,
} from './provider.ts'

/** How long an order may be paid. */
export const orderMs = 30 * 60_000

export interface PaymentsOptions {
  readonly db: Db
  readonly ledger: Ledger
  readonly providers: readonly PaymentProvider[]
  readonly now?: () => number
}

export class Payments {
  readonly #db: Db
  readonly #ledger: Ledger
  readonly #providers: ReadonlyMap<string, PaymentProvider>
  readonly #now: () => number

  constructor({ db, ledger, providers, now = Date.now }: PaymentsOptions) {
    this.#db = db
    this.#ledger = ledger
    this.#providers = new Map(providers.map((p) => [p.name, p]))
    this.#now = now
  }

  get providers(): readonly string[] {
    return [...this.#providers.keys()]
  }

  /**
   * Starts a top-up; the same input again gives the same one. Throws `conflict` when the id names
   * another one, `payment.unknown` or `payment.unavailable`.
   */
  async start(
    userId: string,
    input: { id: string; coins: number; provider: string },
    context: Omit<CheckoutContext, 'webhookUrl' | 'returnUrl'>,
  ): Promise<TopUp> {
    const provider = this.#provider(input.provider)
    const now = this.#now()
    await insertTopUp(this.#db, {
      id: input.id,
      user_id: userId,
      coins: input.coins,
      cents: input.coins * centsPerCoin,
      provider: provider.name,
      state: 'pending',
      reference: null,
      checkout_url: null,
      created_at: new Date(now),
      expires_at: new Date(now + orderMs),
      settled_at: null,
    })
    const row = await findTopUp(this.#db, input.id)
    const same =
      row?.user_id === userId && row.coins === input.coins && row.provider === provider.name
    if (!same)
      throw new RoomError('conflict', 'This id belongs to another top-up; use a new one.', {
        retry: 'fix',
      })
    if (row.checkout_url !== null) return this.#tell(row)
    const checkoutUrl = await provider.checkout(orderOf(row), {
      ...context,
      webhookUrl: `${context.origin}/api/payments/${provider.name}/webhook`,
      returnUrl: `${context.origin}/wallet?topup=${row.id}`,
    })
    await updateTopUp(this.#db, row.id, { checkout_url: checkoutUrl })
    return this.#tell({ ...row, checkout_url: checkoutUrl })
  }

  /** One of the user's own top-ups. Throws `not_found`. */
  async get(userId: string, id: string): Promise<TopUp> {
    const row = await findTopUp(this.#db, id)
    if (row?.user_id === userId) return this.#tell(row)
    throw new RoomError('not_found', 'You have no such top-up.')
  }

  /** The order of a checkout page of ours; undefined for other providers' orders. */
  async order(
    provider: string,
    id: string,
  ): Promise<(Order & { state: TopUp['state'] }) | undefined> {
    const row = await findTopUp(this.#db, id)
    return row?.provider === provider ? { ...orderOf(row), state: this.#state(row) } : undefined
  }

  /**
   * Takes a provider's delivery. What it says is done once, in one transaction: credited or failed.
   * Throws `webhook.*` for what is not genuine, `webhook.replayed`, `payment.mismatch` for another
   * amount than ordered, `not_found`.
   */
  async receive(provider: string, delivery: Omit<Delivery, 'now'>): Promise<Acknowledgement> {
    const from = this.#provider(provider)
    const notice = await from.read({ ...delivery, now: this.#now() })
    if (notice.kind !== 'other')
      await this.#db.transaction().execute((tx) => this.#settle(tx, from.name, notice))
    return from.acknowledgement
  }

  async #settle(tx: Tx, provider: string, notice: PaymentNotice): Promise<void> {
    const at = new Date(this.#now())
    const { nonce, reference } = notice
    if (nonce !== undefined && !(await recordNotice(tx, { provider, nonce, at })))
      throw new RoomError('webhook.replayed', 'This delivery was taken before.')
    const row = isUuid(notice.order) ? await lockTopUp(tx, notice.order) : undefined
    if (row?.provider !== provider) throw new RoomError('not_found', 'There is no such order.')
    if (notice.cents !== row.cents || notice.currency !== 'CNY')
      throw new RoomError('payment.mismatch', 'The amount is not the one that was ordered.')
    if (row.state === 'credited') return
    if (notice.kind === 'failed') {
      await updateTopUp(tx, row.id, { state: 'failed', settled_at: at })
      return
    }
    await this.#ledger.transfer(tx, {
      id: row.id,
      kind: 'topup',
      from: { kind: 'mint', owner: provider },
      to: { kind: 'user', owner: row.user_id },
      amount: row.coins,
      memo: { provider, cents: row.cents },
    })
    await updateTopUp(tx, row.id, { state: 'credited', reference, settled_at: at })
  }

  #provider(name: string): PaymentProvider {
    const provider = this.#providers.get(name)
    if (provider) return provider
    throw new RoomError('payment.unknown', 'This payment provider is not offered here.', {
      retry: 'fix',
    })
  }

  #tell(row: TopUpTable): TopUp {
    const { id, coins, cents, checkout_url } = row
    return { id, coins, cents, state: this.#state(row), checkoutUrl: checkout_url ?? '' }
  }

  #state(row: TopUpTable): TopUp['state'] {
    return row.state === 'pending' && row.expires_at.getTime() <= this.#now()
      ? 'expired'
      : row.state
  }
}

function orderOf(row: TopUpTable): Order {
  return {
    id: row.id,
    coins: row.coins,
    cents: row.cents,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
