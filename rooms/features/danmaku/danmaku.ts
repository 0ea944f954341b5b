/** Lines that fly over the picture: cleaned, coloured, and not too many of one user. */

import type { Context } from '../../../engine/kernel/context.ts'
import { defineFeature } from '../../../engine/kernel/feature.ts'
import { RoomError } from '../../../engine/kernel/room-error.ts'
import { cleanLine } from '../../text/clean-line.ts'
import { personOf } from '../person.ts'
import { newRecent, remember, type RecentMap } from '../recent-map.ts'
import {
  danmakuCommands,
  danmakuEvents,
  danmakuMax,
  palette,
  recentMax,
  repeatMs,
  type Danmaku,
  type DanmakuView,
} from './danmaku.protocol.ts'

export interface DanmakuState {
  slowSeconds: number
  recent: Danmaku[]
  /** The last line of each user, as far as slow mode or the damping of repeats need it. */
  last: RecentMap<{ readonly at: number; readonly text: string }>
}

/**
 * The most users whose last line is remembered. Beyond it the oldest are forgotten, who then may speak
 * a little early: in a room that busy the budget of lines holds the flood, not slow mode.
 */
export const lastCap = 20_000

export const danmaku = defineFeature({
  name: 'danmaku',
  commands: danmakuCommands,
  events: danmakuEvents,
  initial: (): DanmakuState => ({ slowSeconds: 0, recent: [], last: newRecent() }),
  decide: {
    'danmaku.send': (state, input, ctx, emit): Danmaku => {
      const text = cleanLine(input.text, { max: danmakuMax })
      const color = (input.color ?? palette[0]).toLowerCase()
      if (!palette.some((allowed) => allowed === color)) {
        throw new RoomError('danmaku.color', 'Choose a colour of the palette.', { retry: 'fix' })
      }
      if (!ctx.can('moderate')) pace(state, text, ctx)
      const mentions = [...new Set(input.mentions)]
      const mode = input.mode ?? 'scroll'
      const line = { id: ctx.id, user: personOf(ctx), text, color, mode, mentions }
      emit('danmaku.sent', line)
      return { ...line, at: ctx.now }
    },
    'danmaku.slow': (state, { seconds }, ctx, emit) => {
      if (seconds !== state.slowSeconds) emit('danmaku.slowed', { seconds, by: ctx.asker.id })
      return { seconds }
    },
  },
  evolve: {
    'danmaku.sent': (state, line, at) => {
      state.recent.push({ ...line, at })
      if (state.recent.length > recentMax) state.recent.shift()
      const keepMs = Math.max(state.slowSeconds * 1_000, repeatMs)
      remember(state.last, line.user.id, { at, text: line.text }, { keepMs, cap: lastCap })
    },
    'danmaku.slowed': (state, { seconds }) => void (state.slowSeconds = seconds),
  },
  view: (state): DanmakuView => ({ slowSeconds: state.slowSeconds, recent: [...state.recent] }),
})

/** Throws RoomError `slow_mode` or `danmaku.repeat`, both with `{ retryInMs }`. */
function pace(state: Readonly<DanmakuState>, text: string, ctx: Context): void {
  const last = state.last.entries.get(ctx.asker.id)
  if (!last) return
  const slow = last.at + state.slowSeconds * 1_000 - ctx.now
  if (slow > 0) {
    const message = `Slow mode: wait ${Math.ceil(slow / 1_000)} s.`
    throw new RoomError('slow_mode', message, { retry: 'retry', data: { retryInMs: slow } })
  }
  const repeat = last.at + repeatMs - ctx.now
  if (repeat > 0 && last.text === text) {
    const message = 'You said this just now; say something else.'
    throw new RoomError('danmaku.repeat', message, { retry: 'fix', data: { retryInMs: repeat } })
  }
}
