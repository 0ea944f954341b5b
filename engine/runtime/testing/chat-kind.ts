/** A small kind with an event in each lane, for tests of the runtime. */

import Type from 'typebox'
import { defineFeature } from '../../kernel/feature.ts'
import type { Kind } from '../../kernel/kind.ts'
import { RoomError } from '../../kernel/room-error.ts'

const closed = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 20_000 })
const user = Type.String({ maxLength: 64 })

interface ChatState {
  notes: string[]
  likes: number
  kicked: Record<string, number>
  audience: number
}

const chat = defineFeature({
  name: 'chat',
  commands: {
    'chat.say': {
      input: Type.Object({ text, loud: Type.Optional(Type.Boolean()) }, closed),
      path: 'immediate',
      permission: 'chat',
      rate: 'chat',
    },
    'chat.note': {
      input: Type.Object({ text }, closed),
      path: 'committed',
      permission: 'chat',
      rate: 'gift',
    },
    'chat.like': {
      input: Type.Object({ count: Type.Integer({ minimum: 1, maximum: 50 }) }, closed),
      path: 'immediate',
      permission: 'chat',
      rate: 'like',
    },
    'chat.kick': {
      input: Type.Object({ user, until: Type.Integer({ minimum: 0 }) }, closed),
      path: 'committed',
      permission: 'chat',
      rate: 'control',
    },
    'audience.report': {
      input: Type.Object(
        {
          count: Type.Integer({ minimum: 0 }),
          joined: Type.Array(Type.Object({ id: user, name: user }, closed), { maxItems: 3 }),
          joinedCount: Type.Integer({ minimum: 0 }),
          instance: user,
        },
        closed,
      ),
      path: 'immediate',
      permission: 'watch',
      rate: 'internal',
      internal: true,
    },
  },
  events: {
    'chat.said': {
      data: Type.Object({ user, text, loud: Type.Boolean() }, closed),
      durability: 'volatile',
      lane: 'should',
      priority: ({ loud }) => (loud ? 1 : 0),
    },
    'chat.noted': { data: Type.Object({ user, text }, closed), durability: 'commit', lane: 'must' },
    'chat.liked': {
      data: Type.Object({ count: Type.Integer() }, closed),
      durability: 'checkpoint',
      lane: 'may',
      merge: (a, b) => ({ count: a.count + b.count }),
    },
    'member.kicked': {
      data: Type.Object({ user, until: Type.Integer() }, closed),
      durability: 'commit',
      lane: 'must',
    },
    'audience.changed': {
      data: Type.Object({ count: Type.Integer(), joinedCount: Type.Integer() }, closed),
      durability: 'checkpoint',
      lane: 'may',
      merge: (a, b) => ({ count: b.count, joinedCount: a.joinedCount + b.joinedCount }),
    },
  },
  initial: (): ChatState => ({ notes: [], likes: 0, kicked: {}, audience: 0 }),
  decide: {
    'chat.say': (_state, { text, loud }, { asker }, emit) => {
      emit('chat.said', { user: asker.id, text, loud: loud ?? false })
      return { text }
    },
    'chat.note': (state, { text }, { asker }, emit) => {
      emit('chat.noted', { user: asker.id, text })
      return { place: state.notes.length + 1 }
    },
    'chat.like': (_state, { count }, _ctx, emit) => emit('chat.liked', { count }),
    'chat.kick': (_state, { user, until }, _ctx, emit) => emit('member.kicked', { user, until }),
    'audience.report': (_state, { count, joinedCount }, _ctx, emit) =>
      emit('audience.changed', { count, joinedCount }),
  },
  evolve: {
    'chat.said': () => undefined,
    'chat.noted': (state, { text }) => void state.notes.push(text),
    'chat.liked': (state, { count }) => void (state.likes += count),
    'member.kicked': (state, { user, until }) => void (state.kicked[user] = until),
    'audience.changed': (state, { count }) => void (state.audience = count),
  },
  view: ({ notes, likes, audience }) => ({ notes, likes, audience }),
})

export const chatKind: Kind = {
  name: 'live',
  features: [chat],
  refuse(state, asker, permission, now) {
    const { kicked } = state['chat'] as ChatState
    if ((kicked[asker.id] ?? 0) > now) return new RoomError('kicked', 'You were asked to leave.')
    if (permission === 'watch') return undefined
    if (permission === 'chat' && !asker.roles.includes('guest')) return undefined
    return new RoomError('forbidden', 'You may not do this here.')
  },
}
