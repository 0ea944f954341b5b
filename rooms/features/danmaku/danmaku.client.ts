/** Danmaku as clients see and send it. */

import { defineClient, type Ask } from '../feature.client.ts'
import { recentMax, type Danmaku, type DanmakuMode, type DanmakuView } from './danmaku.protocol.ts'

export interface DanmakuOptions {
  readonly color?: string
  readonly mode?: DanmakuMode
  readonly mentions?: readonly string[]
}

export interface DanmakuCommands {
  /** The answer is the line as the room shows it. */
  send(text: string, options?: DanmakuOptions, id?: string): Promise<Danmaku>
  slow(seconds: number): Promise<{ seconds: number }>
}

export const danmakuClient = defineClient<DanmakuView, DanmakuCommands>({
  initial: { slowSeconds: 0, recent: [] },
  fold: {
    'danmaku.sent': (view, line: Omit<Danmaku, 'at'>, at) => {
      if (view.recent.some(({ id }) => id === line.id)) return view
      return { ...view, recent: [...view.recent, { ...line, at }].slice(-recentMax) }
    },
    'danmaku.slowed': (view, { seconds }) => ({ ...view, slowSeconds: seconds }),
  },
  commands: (ask: Ask) => ({
    send: (text, options, id) => ask('danmaku.send', { text, ...options }, id),
    slow: (seconds) => ask('danmaku.slow', { seconds }),
  }),
})
