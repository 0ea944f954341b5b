/** Fills a live room with viewers who chat, like and give, through the SDK alone. */

import { randomBytes } from 'node:crypto'
import type { Client } from '../../sdk/index.ts'
import { enter, fillWallet } from './account.ts'
import { Bot, type BotCounts } from './bot.ts'
import { person, type Person } from './people.ts'

export interface RunBotsOptions {
  endpoint: string
  /** Id of the live room. */
  room: string
  bots: number
  /** Of their accounts, so that the same people come back next time. Without it they are new each time. */
  password?: string
  /** Which people of the cast come: those from this number on. Default 0. */
  first?: number
  /** Only people who speak it. */
  language?: 'zh' | 'en'
  /** Mean time between two actions of an average bot, ms. Default 9,000. */
  paceMs?: number
  /** Coins that each has at the start; 0: nobody gives. Default 2,000. */
  coins?: number
  /** Default: another course each time. */
  random?: () => number
}

export interface BotCrew {
  /** What they did so far, all together. */
  readonly counts: BotCounts
  /** Everybody leaves the room. */
  stop(): Promise<void>
}

/** Resolves when all bots are in the room; they go on until `stop`. Rejects when one cannot get in. */
export async function runBots(options: RunBotsOptions): Promise<BotCrew> {
  const { endpoint, room, paceMs = 9_000, coins = 2_000, random = Math.random } = options
  const password = options.password ?? randomBytes(12).toString('base64url')
  const counts: BotCounts = { lines: 0, likes: 0, gifts: 0, coins: 0, refused: {} }
  const stopping = new AbortController()
  const clients: Client[] = []
  const running: Promise<void>[] = []
  const stop = async (): Promise<void> => {
    stopping.abort()
    await Promise.all(running)
    for (const client of clients) client.close()
  }
  try {
    // One after the other: hashing passwords is meant to be slow.
    for (const who of crowd(options)) {
      const client = await enter(endpoint, who, password)
      clients.push(client)
      if (coins > 0) await fillWallet(client, coins)
      const [joined, skus] = await Promise.all([client.live.join(room), client.gifts()])
      const gifts = coins > 0 ? skus : []
      const { signal } = stopping
      const bot = new Bot({
        client,
        person: who,
        room: joined,
        gifts,
        counts,
        random,
        paceMs,
        signal,
      })
      running.push(bot.run())
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { counts, stop }
}

function crowd({ bots, first = 0, language, password }: RunBotsOptions): Person[] {
  const suffix = password === undefined ? `_${randomBytes(3).toString('hex')}` : ''
  const people: Person[] = []
  for (let index = first; people.length < bots; index++) {
    const who = person(index, suffix)
    if (language === undefined || who.language === language) people.push(who)
  }
  return people
}
