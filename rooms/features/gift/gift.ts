/** Gifts: settled by the wallet, merged into combos for the eye, never for the money. */

import type { Static } from 'typebox'
import type { Context } from '../../../engine/kernel/context.ts'
import { defineFeature } from '../../../engine/kernel/feature.ts'
import { RoomError } from '../../../engine/kernel/room-error.ts'
import { cleanLine } from '../../text/clean-line.ts'
import { addCount } from '../common.protocol.ts'
import { isOnAir, type LiveStatus } from '../live/live.protocol.ts'
import { personOf } from '../person.ts'
import { newRecent, remember, type RecentMap } from '../recent-map.ts'
import {
  comboMs,
  giftCommands,
  giftEvents,
  noteMax,
  placeGiver,
  type Combo,
  type GiftAnswer,
  type GiftRequest,
  type GiftSettlement,
  type GiftView,
  type Giver,
} from './gift.protocol.ts'

export interface GiftState {
  /** User id of the host: who gets them. */
  host: string | undefined
  status: LiveStatus
  session: string | undefined
  /** Given in the session. */
  coins: number
  top: readonly Giver[]
  /** What each giver gave in the session; at most `giverCap`, see `forget`. */
  givers: Map<string, number>
  /** The last gift of each sender and kind of gift. */
  combos: RecentMap<Combo & { readonly at: number }>
}

export const giverCap = 10_000
export const comboCap = 20_000

type Input = Static<(typeof giftCommands)['gift.send']['input']>

export const gift = defineFeature({
  name: 'gift',
  commands: giftCommands,
  events: giftEvents,
  initial: (): GiftState => ({
    host: undefined,
    status: 'idle',
    session: undefined,
    coins: 0,
    top: [],
    givers: new Map(),
    combos: newRecent(),
  }),
  settle: {
    'gift.send': {
      by: 'gift',
      request: ({ host }, { gift: kind, count }): GiftRequest => {
        if (host === undefined) throw notLive()
        return { gift: kind, count, to: host }
      },
      allow: (state, input, ctx) => void allowed(state, input, ctx),
    },
  },
  decide: {
    'gift.send': (state, input, ctx, emit): GiftAnswer => {
      const { to, session, note } = allowed(state, input, ctx)
      const { amount, balance } = ctx.settled as GiftSettlement
      const { id, asker } = ctx
      const combo = comboAfter(state, input, ctx)
      const given = addCount(state.givers.get(asker.id) ?? 0, amount)
      const { gift, count } = input
      const sent = { id, session, from: personOf(ctx), to, gift, count, amount, given, combo }
      emit('gift.sent', note === undefined ? sent : { ...sent, note })
      return { balance, amount, combo }
    },
  },
  evolve: {
    'gift.sent': (state, { from, gift, amount, given, combo }, at) => {
      state.coins = addCount(state.coins, amount)
      state.givers.set(from.id, given)
      if (state.givers.size > giverCap) forget(state.givers)
      state.top = placeGiver(state.top, { id: from.id, name: from.name, amount: given })
      const bounds = { keepMs: comboMs, cap: comboCap }
      remember(state.combos, comboKey(from.id, gift), { ...combo, at }, bounds)
    },
  },
  on: {
    'live.created': (state, { host }) => void (state.host = host.id),
    'live.started': (state, { session, status }) => {
      state.status = status
      state.session = session
      state.coins = 0
      state.top = []
      state.givers.clear()
      state.combos.entries.clear()
    },
    'live.interrupted': follow,
    'live.resumed': follow,
    'live.paused': follow,
    'live.ended': follow,
    'live.suspended': follow,
    'live.restored': follow,
  },
  view: (state): GiftView => ({ top: state.top, coins: state.coins }),
})

function follow(state: GiftState, { status }: { status: LiveStatus }): void {
  state.status = status
}

/** Throws RoomError where this gift may not be sent now, before any money moves. */
function allowed(state: Readonly<GiftState>, input: Input, ctx: Context) {
  const { host: to, session } = state
  if (to === undefined || session === undefined || !isOnAir(state.status)) {
    throw notLive()
  }
  if (to === ctx.asker.id) throw new RoomError('gift.self', 'Gifts go to somebody else.')
  if (input.note === undefined) return { to, session, note: undefined }
  if (!ctx.can('chat')) {
    throw new RoomError('gift.note', 'You may not write now; send it without a note.', {
      retry: 'fix',
    })
  }
  return { to, session, note: cleanLine(input.note, { max: noteMax }) }
}

function notLive(): RoomError {
  return new RoomError('live.not_live', 'Gifts can be sent while the live is on.')
}

function comboAfter(state: Readonly<GiftState>, { gift, count }: Input, ctx: Context): Combo {
  const last = state.combos.entries.get(comboKey(ctx.asker.id, gift))
  if (!last || ctx.now - last.at > comboMs) return { id: ctx.id, total: count }
  return { id: last.id, total: addCount(last.total, count) }
}

/** Neither id has a blank in it. */
function comboKey(user: string, gift: string): string {
  return `${user} ${gift}`
}

/**
 * Keeps the nine tenths that gave most. Who is forgotten starts from 0 with the next gift, so a sum
 * shown can lack at most what the giver on that rank had given; the top is never touched.
 */
function forget(givers: Map<string, number>): void {
  const ranked = [...givers].sort(([, a], [, b]) => b - a)
  for (const [id] of ranked.slice(giverCap * 0.9)) givers.delete(id)
}
