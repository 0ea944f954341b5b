/** Users of a running server, with coins, for tests that go through everything. */

import { createClient, type Client } from '../../sdk/index.ts'

export const password = 'a long enough passphrase'

/** A client without a shared storage: each is a device of its own. */
export async function register(endpoint: string, name: string): Promise<Client> {
  const client = createClient({ endpoint })
  await client.auth.register({ name, password })
  return client
}

/** Buys `coins` through the sandbox provider's page, as a person would; resolves when they are there. */
export async function topUp(client: Client, coins: number): Promise<void> {
  const { id, checkoutUrl } = await client.wallet.topUp({ coins, provider: 'sandbox' })
  const page = new URL(checkoutUrl, client.endpoint)
  const body = new URLSearchParams({ s: page.searchParams.get('s')!, lang: 'en', action: 'pay' })
  const paid = await fetch(page.origin + page.pathname, {
    method: 'POST',
    body,
    redirect: 'manual',
  })
  if (paid.status !== 303) throw new Error(`the checkout answered ${paid.status}`)
  const { state } = await client.wallet.topUpState(id)
  if (state !== 'credited') throw new Error(`the top-up is ${state}`)
}

/** A name that no other test uses. */
export function uniqueName(start: string): string {
  return `${start}_${Math.random().toString(36).slice(2, 9)}`
}

/** Waits until `check` gives something truthy; asks again with every turn of `everyMs`. */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  { withinMs = 30_000, everyMs = 50 } = {},
): Promise<NonNullable<T>> {
  const end = Date.now() + withinMs
  for (;;) {
    const value = await check()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
