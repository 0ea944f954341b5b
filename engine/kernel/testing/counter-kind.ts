/** A small kind that uses everything the kernel offers: for the kernel's own tests and benchmarks. */

import Type from 'typebox'
import { defineFeature } from '../feature.ts'
import type { Kind } from '../kind.ts'
import { RoomError } from '../room-error.ts'

const amount = Type.Integer({ minimum: 1, maximum: 1_000 })
const open = { permission: 'watch', rate: 'chat' } as const

interface CounterState {
  total: number
  seen: number
  bought: number
  rung: string[]
}

export const counter = defineFeature({
  name: 'counter',
  commands: {
    'counter.add': {
      input: Type.Object({ by: amount }, { additionalProperties: false }),
      path: 'committed',
      ...open,
    },
    'counter.peek': { input: Type.Object({}), path: 'immediate', ...open },
    'counter.leak': { input: Type.Object({}), path: 'immediate', ...open },
    'counter.crash': { input: Type.Object({}), path: 'committed', ...open },
    'counter.buy': { input: Type.Object({ price: amount }), path: 'committed', ...open },
    'counter.later': {
      input: Type.Object({ key: Type.String({ maxLength: 20 }), inMs: Type.Integer() }),
      path: 'committed',
      ...open,
    },
    'counter.never': { input: Type.Object({ key: Type.String() }), path: 'committed', ...open },
    'counter.ring': {
      input: Type.Object({ key: Type.String() }),
      path: 'committed',
      internal: true,
      ...open,
    },
    'counter.rule': { input: Type.Object({}), path: 'committed', permission: 'host', rate: 'chat' },
  },
  events: {
    'counter.added': {
      data: Type.Object({ by: amount, total: Type.Integer() }),
      durability: 'commit',
      lane: 'must',
      outbox: true,
    },
    'counter.peeked': {
      data: Type.Object({ count: Type.Integer() }),
      durability: 'checkpoint',
      lane: 'may',
      merge: (a: { count: number }, b: { count: number }) => ({ count: a.count + b.count }),
    },
    'counter.bought': { data: Type.Object({ price: amount }), durability: 'commit', lane: 'must' },
    'counter.rang': {
      data: Type.Object({ key: Type.String() }),
      durability: 'commit',
      lane: 'must',
    },
    'counter.ruled': { data: Type.Object({}), durability: 'commit', lane: 'must' },
  },
  initial: (): CounterState => ({ total: 0, seen: 0, bought: 0, rung: [] }),
  decide: {
    'counter.add': (state, { by }, ctx, emit) => {
      if (state.total + by > 1_000_000) throw new RoomError('counter.full', 'The counter is full.')
      emit('counter.added', { by, total: state.total + by })
      return { total: state.total + by, id: ctx.newId() }
    },
    'counter.peek': (state, _input, _ctx, emit) => {
      emit('counter.peeked', { count: 1 })
      return { total: state.total }
    },
    'counter.leak': (_state, _input, _ctx, emit) => emit('counter.rang', { key: 'leak' }),
    'counter.crash': () => {
      throw new TypeError('a defect')
    },
    'counter.buy': (state, { price }, ctx, emit) => {
      if (state.bought + price > 5_000) throw new RoomError('counter.sold', 'Sold out.')
      emit('counter.bought', { price })
      return ctx.settled
    },
    'counter.later': (_state, { key, inMs }, ctx) =>
      ctx.schedule(key, ctx.now + inMs, 'counter.ring', { key }),
    'counter.never': (_state, { key }, ctx) => ctx.unschedule(key),
    'counter.ring': (_state, { key }, _ctx, emit) => emit('counter.rang', { key }),
    'counter.rule': (_state, _input, _ctx, emit) => emit('counter.ruled', {}),
  },
  settle: {
    'counter.buy': { by: 'purse', request: (_state, { price }) => ({ price }) },
  },
  evolve: {
    'counter.added': (state, { by }) => void (state.total += by),
    'counter.peeked': (state, { count }) => void (state.seen += count),
    'counter.bought': (state, { price }) => void (state.bought += price),
    'counter.rang': (state, { key }) => void state.rung.push(key),
    'counter.ruled': () => undefined,
  },
  view: ({ total, seen, bought, rung }) => ({ total, seen, bought, rung: [...rung] }),
})

/** Has nothing to do with the counter. */
export const aside = defineFeature({
  name: 'aside',
  commands: { 'aside.wave': { input: Type.Object({}), path: 'immediate', ...open } },
  events: {
    'aside.waved': {
      data: Type.Object({ id: Type.String() }),
      durability: 'volatile',
      lane: 'should',
    },
  },
  initial: () => ({}),
  decide: { 'aside.wave': (_state, _input, { id }, emit) => emit('aside.waved', { id }) },
  evolve: { 'aside.waved': () => undefined },
})

/** Counts what the other feature's events tell. */
export const watcher = defineFeature({
  name: 'watcher',
  commands: {},
  events: {},
  initial: () => ({ additions: 0 }),
  decide: {},
  evolve: {},
  on: { 'counter.added': (state: { additions: number }) => void (state.additions += 1) },
  view: ({ additions }) => ({ additions }),
})

/** `live` so that its rooms have valid keys. `u_host` rules; a guest may only watch. */
export const counterKind: Kind = {
  name: 'live',
  features: [counter, watcher, aside],
  judgedBy: ['counter.ruled'],
  refuse: (_state, asker, permission) =>
    permission === 'watch' || asker.id === 'u_host'
      ? undefined
      : new RoomError('forbidden', 'Only the host may do this.'),
}
