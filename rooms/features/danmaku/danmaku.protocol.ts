/** Lines that fly over the picture. */

import Type, { type Static } from 'typebox'
import type { CommandSpecs, EventSpecs } from '../../../engine/kernel/feature.ts'
import { closed, Id, Person, UserId } from '../common.protocol.ts'

/** Longest line, in graphemes. */
export const danmakuMax = 100

/** How many of the latest lines a joiner gets. */
export const recentMax = 30

/** The same text of the same user is refused within this time. */
export const repeatMs = 5_000

export const slowMax = 120

/** Colours a line may have; the first is the default. */
export const palette = [
  '#ffffff',
  '#ffd666',
  '#ff7875',
  '#ff9c6e',
  '#fff566',
  '#95de64',
  '#5cdbd3',
  '#69c0ff',
  '#85a5ff',
  '#b37feb',
  '#ff85c0',
  '#d9d9d9',
] as const

export const DanmakuMode = Type.Union([
  Type.Literal('scroll'),
  Type.Literal('top'),
  Type.Literal('bottom'),
])
export type DanmakuMode = Static<typeof DanmakuMode>

const Text = Type.String({ minLength: 1, maxLength: danmakuMax * 12 })
const Color = Type.String({ pattern: '^#[0-9a-fA-F]{6}$' })
const Mentions = Type.Array(UserId, { maxItems: 5 })
const Seconds = Type.Integer({ minimum: 0, maximum: slowMax })

const Line = closed({
  id: Id,
  user: Person,
  text: Text,
  color: Color,
  mode: DanmakuMode,
  mentions: Mentions,
})

/** A line and when it was said, ms since 1970. */
export type Danmaku = Static<typeof Line> & { readonly at: number }

export const danmakuCommands = {
  /** Answers with the line: the sender shows it at once and drops the same id from the frames. */
  'danmaku.send': {
    input: closed({
      text: Text,
      color: Type.Optional(Color),
      mode: Type.Optional(DanmakuMode),
      mentions: Type.Optional(Mentions),
    }),
    path: 'immediate',
    permission: 'chat',
    rate: 'chat',
  },
  /** Seconds between two lines of one user; 0 turns it off. */
  'danmaku.slow': {
    input: closed({ seconds: Seconds }),
    path: 'committed',
    permission: 'moderate',
    rate: 'control',
  },
} satisfies CommandSpecs

export const danmakuEvents = {
  'danmaku.sent': {
    data: Line,
    durability: 'volatile',
    lane: 'should',
    priority: ({ user, mentions }: Static<typeof Line>): number => {
      return user.role ? 2 : mentions.length ? 1 : 0
    },
  },
  'danmaku.slowed': {
    data: closed({ seconds: Seconds, by: UserId }),
    durability: 'commit',
    lane: 'must',
  },
} satisfies EventSpecs

export interface DanmakuView {
  readonly slowSeconds: number
  readonly recent: readonly Danmaku[]
}

export const danmakuErrors = [
  'slow_mode', // { retryInMs }
  'danmaku.repeat', // { retryInMs }
  'danmaku.color',
  'text.empty',
  'text.too_long', // { max }
] as const
