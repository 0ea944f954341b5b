/** The live session as clients see and run it. */

import { addCount } from '../common.protocol.ts'
import { defineClient, type Ask } from '../feature.client.ts'
import {
  noTotals,
  type LiveInfo,
  type LiveStatus,
  type LiveTotals,
  type LiveView,
} from './live.protocol.ts'

export interface SessionCommands {
  setup(change: { title?: string; category?: string; cover?: string }): Promise<LiveInfo>
  pause(): Promise<{ status: LiveStatus }>
  resume(): Promise<{ status: LiveStatus }>
  end(): Promise<{ status: LiveStatus; totals: LiveTotals }>
  suspend(reason: string): Promise<{ status: LiveStatus }>
  restore(reason?: string): Promise<{ status: LiveStatus }>
}

const initial: LiveView = {
  title: '',
  category: '',
  host: { id: '', name: '' },
  status: 'idle',
  totals: noTotals,
}

export const liveClient = defineClient<LiveView, SessionCommands>({
  initial,
  fold: {
    'live.created': inform,
    'live.changed': inform,
    'live.started': (view, { session, startedAt, stream, totals, status }) => {
      return { ...view, status, totals, session: { id: session, startedAt, stream } }
    },
    'live.interrupted': (view, { status }) => ({ ...view, status }),
    'live.resumed': (view, { by, stream, status }) => {
      const { session } = view
      return {
        ...view,
        status,
        ...(by === 'stream' && session && { session: { ...session, stream } }),
      }
    },
    'live.paused': (view, { status }) => ({ ...view, status }),
    'live.ended': ({ session: _, ...view }, { totals, status }) => ({ ...view, status, totals }),
    'live.suspended': (view, { reason, status }) => ({ ...view, reason, status }),
    'live.restored': ({ reason: _, ...view }, { status }) => ({ ...view, status }),
    'live.recorded': (view, { recording, seconds }) => ({
      ...view,
      replay: { recording, seconds },
    }),
    'gift.sent': (view, { amount, count }) => counted(view, { coins: amount, gifts: count }),
    'danmaku.sent': (view) => counted(view, { danmaku: 1 }),
    'like.added': (view, { count }) => counted(view, { likes: count }),
    'audience.changed': (view, { count, joinedCount }) => {
      const next = counted(view, { views: joinedCount })
      if (!view.session || count <= view.totals.peak) return next
      return { ...next, totals: { ...next.totals, peak: count } }
    },
  },
  commands: (ask: Ask) => ({
    setup: (change) => ask('live.setup', change),
    pause: () => ask('live.pause', {}),
    resume: () => ask('live.resume', {}),
    end: () => ask('live.end', {}),
    suspend: (reason) => ask('live.suspend', { reason }),
    restore: (reason) => ask('live.restore', reason === undefined ? {} : { reason }),
  }),
})

function inform({ cover: _, ...view }: LiveView, info: LiveInfo): LiveView {
  return { ...view, ...info }
}

/** Adds to the totals of the open session. */
function counted(view: LiveView, more: Partial<LiveTotals>): LiveView {
  if (!view.session) return view
  const totals = { ...view.totals }
  for (const [name, n] of Object.entries(more) as [keyof LiveTotals, number][]) {
    totals[name] = addCount(totals[name], n)
  }
  return { ...view, totals }
}
