/** A bot's account and money, got in the way that a person gets them. */

import { createClient, isReject, type Client } from '../../sdk/index.ts'
import type { Person } from './people.ts'

/** Signs in, and up before that where there is no such account yet. */
export async function enter(endpoint: string, person: Person, password: string): Promise<Client> {
  const client = createClient({ endpoint })
  const { name, displayName } = person
  try {
    await patiently(() => client.auth.login({ name, password }))
  } catch (error) {
    if (!isReject(error, 'login.wrong')) throw error
    await patiently(() => client.auth.register({ name, password, displayName }))
  }
  return client
}

/** Buys coins with the sandbox's play money, through its checkout page, until the wallet holds so many. */
export async function fillWallet(client: Client, coins: number): Promise<void> {
  const { balance } = await client.wallet.get()
  if (balance >= coins) return
  const missing = Math.max(10, coins - balance)
  const { id, checkoutUrl } = await client.wallet.topUp({ coins: missing, provider: 'sandbox' })
  await payAtCheckout(new URL(checkoutUrl, client.endpoint))
  const { state } = await client.wallet.topUpState(id)
  if (state !== 'credited') throw new Error(`the top-up is ${state} after it was paid`)
}

/** Presses the page's Pay button: the form takes the order's signature from the address. */
export async function payAtCheckout(page: URL): Promise<void> {
  const body = new URLSearchParams({
    s: page.searchParams.get('s') ?? '',
    lang: 'en',
    action: 'pay',
  })
  const answer = await fetch(new URL(page.pathname, page), {
    method: 'POST',
    body,
    redirect: 'manual',
  })
  await answer.body?.cancel()
  if (answer.status !== 303) throw new Error(`the sandbox checkout answered ${answer.status}`)
}

/** Waits where the server says that it is busy. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const busy = isReject(error, 'busy') || isReject(error, 'rate_limited')
      if (!busy || tries === 20) throw error
      const { retryInMs = 500 } = error.data as { retryInMs?: number }
      await new Promise((resolve) => setTimeout(resolve, retryInMs))
    }
  }
}
