/** A room that uses all that the kernel offers, and whose events name the command that caused them. */

import Type from 'typebox'
import { defineFeature } from '../../engine/kernel/feature.ts'
import type { Kind } from '../../engine/kernel/kind.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { audience } from '../../rooms/features/audience/audience.ts'

export const totalCap = 120
export const soldCap = 150

export interface SimView {
  readonly total: number
  readonly sold: number
  readonly rung: readonly string[]
  /** How often each like and each vote counted; never more than once. */
  readonly likes: Readonly<Record<string, number>>
  readonly votes: Readonly<Record<string, number>>
}

const id = Type.String({ maxLength: 40 })
const key = Type.String({ maxLength: 10 })
const amount = Type.Integer({ minimum: 1, maximum: 1_000 })
const committed = { path: 'committed', permission: 'watch', rate: 'chat' } as const
const immediate = { path: 'immediate', permission: 'watch', rate: 'chat' } as const
const durable = { durability: 'commit', lane: 'must' } as const
const idsOf = {
  data: Type.Object({ ids: Type.Array(id) }),
  durability: 'checkpoint',
  lane: 'may',
  merge: (a: { ids: string[] }, b: { ids: string[] }) => ({ ids: [...a.ids, ...b.ids] }),
} as const

const square = defineFeature({
  name: 'square',
  commands: {
    'tally.add': { input: Type.Object({ by: amount }), ...committed },
    'gift.send': { input: Type.Object({ price: amount }), ...committed },
    'vote.cast': { input: Type.Object({}), ...committed },
    'like.add': { input: Type.Object({}), ...immediate },
    'alarm.set': { input: Type.Object({ key, inMs: Type.Integer() }), ...committed },
    'alarm.clear': { input: Type.Object({ key }), ...committed },
    'alarm.ring': { input: Type.Object({ key, set: id }), internal: true, ...committed },
  },
  events: {
    'tally.added': { data: Type.Object({ id, by: amount }), ...durable },
    'gift.sent': { data: Type.Object({ id, by: id, price: amount }), ...durable },
    'alarm.rang': { data: Type.Object({ key, set: id }), ...durable },
    'vote.counted': idsOf,
    'like.added': idsOf,
  },
  initial: () => ({
    total: 0,
    sold: 0,
    rung: [] as string[],
    likes: {} as Record<string, number>,
    votes: {} as Record<string, number>,
  }),
  decide: {
    'tally.add': (state, { by }, ctx, emit) => {
      if (state.total + by > totalCap) throw new RoomError('tally.full', 'The tally is full.')
      emit('tally.added', { id: ctx.id, by })
      return { id: ctx.id, total: state.total + by }
    },
    'gift.send': (state, { price }, ctx, emit) => {
      if (state.sold + price > soldCap) throw new RoomError('gift.sold_out', 'Sold out.')
      emit('gift.sent', { id: ctx.id, by: ctx.asker.id, price })
      return { id: ctx.id, settled: ctx.settled }
    },
    'vote.cast': (_state, _input, ctx, emit) => {
      emit('vote.counted', { ids: [ctx.id] })
      return { id: ctx.id, now: ctx.now }
    },
    'like.add': (state, _input, ctx, emit) => {
      emit('like.added', { ids: [ctx.id] })
      return { id: ctx.id, total: state.total }
    },
    'alarm.set': (_state, { key, inMs }, ctx) => {
      ctx.schedule(key, ctx.now + inMs, 'alarm.ring', { key, set: ctx.id })
      return { id: ctx.id }
    },
    'alarm.clear': (_state, { key }, ctx) => {
      ctx.unschedule(key)
      return { id: ctx.id }
    },
    'alarm.ring': (_state, { key, set }, _ctx, emit) => emit('alarm.rang', { key, set }),
  },
  settle: { 'gift.send': { by: 'bank', request: (_state, { price }) => ({ price }) } },
  evolve: {
    'tally.added': (state, { by }) => void (state.total += by),
    'gift.sent': (state, { price }) => void (state.sold += price),
    'alarm.rang': (state, { set }) => void state.rung.push(set),
    'vote.counted': (state, { ids }) => count(state.votes, ids),
    'like.added': (state, { ids }) => count(state.likes, ids),
  },
  view: ({ total, sold, rung, likes, votes }): SimView => ({
    total,
    sold,
    rung: [...rung],
    likes: { ...likes },
    votes: { ...votes },
  }),
})

/** `live` so that its rooms have valid keys. */
export const simKind: Kind = { name: 'live', features: [square], refuse: () => undefined }

/** The same where nodes count their viewers. */
export const seatedKind: Kind = { ...simKind, features: [square, audience] }

function count(into: Record<string, number>, ids: readonly string[]): void {
  for (const one of ids) into[one] = (into[one] ?? 0) + 1
}
