/** The people of the demo: their accounts, their live rooms and their pocket money. */

import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, isReject, type Client } from '../../sdk/index.ts'
import { drawAvatar, drawCover } from './cover.ts'
import type { Show } from './shows.ts'

/** Signs in, and up before that where there is no such account yet. */
export async function enter(
  endpoint: string,
  account: { name: string; displayName: string; password: string },
): Promise<Client> {
  const client = createClient({ endpoint })
  const { name, displayName, password } = account
  try {
    await client.auth.login({ name, password })
  } catch (error) {
    if (!isReject(error, 'login.wrong')) throw error
    await client.auth.register({ name, displayName, password })
  }
  return client
}

/** A stage ready for its stream. */
export interface Stage {
  readonly show: Show
  readonly client: Client
  readonly live: string
  /** With the key; a new one each time. */
  readonly publishUrl: string
}

/** The host's account with its picture, the live room with its cover, and a fresh stream key. */
export async function prepareStage(
  endpoint: string,
  show: Show,
  seed: number,
  password: string,
): Promise<Stage> {
  const { name, displayName, bio, tags, title, category, hue } = show
  const client = await enter(endpoint, { name, displayName, password })
  let mine = await client.live.mine()
  if (mine === undefined) {
    await client.profile.update({ bio, tags })
    await client.profile.setAvatar(await drawAvatar(hue, seed))
    const cover = await client.uploads.image(await drawCover(hue, seed), 'cover')
    await client.live.create({ title, category, cover: cover.url })
    mine = await client.live.mine()
  }
  if (mine === undefined) throw new Error(`${name} has no live room after creating one`)
  const { rtmpUrl, key } = await client.live.rotateKey(mine.id)
  return { show, client, live: mine.id, publishUrl: `${rtmpUrl}/${key}` }
}

/** Buys coins with play money until the wallet holds so many. */
export async function fillWallet(client: Client, coins: number): Promise<void> {
  const { balance } = await client.wallet.get()
  if (balance >= coins) return
  const { checkoutUrl } = await client.wallet.topUp({ coins: coins - balance, provider: 'sandbox' })
  const page = new URL(checkoutUrl, client.endpoint)
  const body = new URLSearchParams({
    s: page.searchParams.get('s') ?? '',
    lang: 'en',
    action: 'pay',
  })
  const form = new URL(page.pathname, page)
  const paid = await fetch(form, { method: 'POST', body, redirect: 'manual' })
  const said = await paid.text()
  if (paid.status !== 303) throw new Error(`the sandbox checkout answered ${paid.status}: ${said}`)
}

/** One password for all demo accounts, made once and kept in the data directory. */
export function demoPassword(dataDir: string): string {
  const file = join(dataDir, 'demo-password')
  if (!existsSync(file)) {
    const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
    const part = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
    writeFileSync(file, `${part()}-${part()}-${part()}\n`, { mode: 0o600 })
  }
  return readFileSync(file, 'utf8').trim()
}
