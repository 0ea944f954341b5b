/** A simulated cluster of three nodes for the inspector: busy enough to see every part of the page. */

import {
  RejectError,
  type Admin,
  type LiveRoom,
  type NodeRow,
  type RoomDetail,
  type RoomEventRow,
  type RoomRow,
  type StateNode,
} from '../../sdk/index.ts'
import { logged, makeLog } from './fake-audit.ts'
import { cards } from './fake-data.ts'

const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  '\u202egnp.exe \u2066left',
] as const
const names = ['node-bj-1', 'node-bj-2', 'node-sh-1'] as const
const started = Date.now()
const seqNow = (): number => 480 + Math.floor((Date.now() - started) / 1_000)

/** `join` gives a room as anybody has it. */
export function fakeAdmin(join: (id: string) => Promise<LiveRoom>): Admin {
  const rows = makeRows()
  const drained = new Set<string>(['node-sh-1'])
  const log = makeLog(rows.map(({ key }) => key))
  const find = (key: string): RoomRow => {
    const row = rows.find((one) => one.key === key)
    if (row) return row
    throw new RejectError('room.asleep', 'No node has this room open now.', { status: 409 })
  }
  return {
    nodes: async () => [
      ...names.map((id, at): NodeRow => {
        const own = rows.filter(({ node }) => node === id)
        return {
          id,
          silent: false,
          version: '0.1.0',
          transport: 'uWebSockets.js',
          uptimeSeconds: 86_400 * (at + 1) + 3_600,
          load: [0.42, 0.91, 0.13][at]!,
          lag: { p50: 0.4, p99: [2.1, 48, 1.2][at]! },
          rssBytes: 412e6 + at * 90e6,
          rooms: own.length,
          relays: 7 - at,
          sockets: own.reduce((sum, { sockets }) => sum + sockets, 0),
          address: `${id}.live.example.org`,
          leaseHeld: true,
          leaseMs: 3_400 - at * 300,
          draining: drained.has(id),
          flushMs: [2.4, 31, 1.8][at]!,
          largest: own,
        }
      }),
      { id: 'node-sh-2', silent: true, leaseMs: -42_000 },
    ],
    rooms: async ({ q = '', kind, cursor } = {}) => {
      const text = q.toLowerCase()
      const found = rows.filter(
        (row) =>
          (!kind || row.kind === kind) &&
          `${row.key} ${row.label?.title} ${row.label?.host}`.toLowerCase().includes(text),
      )
      const from = Number(cursor ?? 0)
      const items = found.slice(from, from + 50)
      const next = from + 50 < found.length ? { next: String(from + 50) } : {}
      return { nodes: names, missing: ['node-sh-2'], items, total: found.length, ...next }
    },
    room: async (key) => ({ ...find(key), ...detail(find(key)) }),
    trace: async (_key, after) => {
      const from = after ? Number(after) : seqNow() - 30
      const to = seqNow()
      const events = Array.from({ length: Math.min(50, to - from) }, (_, n) => event(from + n + 1))
      return { cursor: String(to), events, missed: 0 }
    },
    past: async (_key, seq) => ({
      seq,
      kept: keptNow(),
      state: stateAt(seq),
      events: Array.from({ length: 20 }, (_, n) => ({ ...event(seq - 19 + n), seq: seq - 19 + n })),
    }),
    act: async (key, action, { reason, ...rest }) => {
      const at = rows.indexOf(find(key))
      if ('node' in rest)
        rows[at] = { ...rows[at]!, node: rest.node as string, epoch: rows[at]!.epoch + 1 }
      log.unshift(logged(log.length + 1, `room.${action}`, key, reason, rest))
    },
    manage: async (node, action, { reason }) => {
      if (action === 'drain' && names.every((name) => name === node || drained.has(name)))
        throw new RejectError('node.last', 'No other node is there.', { status: 409 })
      if (action === 'drain') drained.add(node)
      else drained.delete(node)
      log.unshift(logged(log.length + 1, `node.${action}`, node, reason))
    },
    watch: async (id, { reason }) => {
      log.unshift(logged(log.length + 1, 'room.watch', `live_${id}`, reason))
      return join(id)
    },
    audit: async () => ({ items: log }),
    verifyAudit: async () => ({ ok: true, rows: log.length, head: log[0]! }),
  }
}

function makeRows(): RoomRow[] {
  const live = cards().slice(0, 24)
  const rows = live.map((card, at): RoomRow => {
    const audience = Math.round(52_000 / (at + 1) ** 1.4)
    const label =
      at === 3
        ? { title: hostile[2]!, host: hostile[1]! }
        : { title: card.title, host: card.host.displayName }
    return { ...row(card.room, 'live', audience, at), label }
  })
  const kinds = ['group', 'dm', 'user', 'group', 'dm'] as const
  for (let at = 0; at < 60; at += 1) {
    const kind = kinds[at % kinds.length]!
    rows.push(
      row(`${kind}_${(at * 7919).toString(36)}x${at}`, kind, kind === 'group' ? 40 + at : 2, at),
    )
  }
  return rows
}

function row(key: string, kind: string, audience: number, at: number): RoomRow {
  return {
    key,
    kind,
    node: names[at % 3]!,
    leader: at % 5 !== 4,
    epoch: 1 + (at % 4),
    seq: 120 + at * 37,
    audience,
    sockets: Math.ceil(audience * 1.1),
    relays: audience > 2_000 ? 2 : 0,
    eventsPerSecond: Math.round(audience / 90) / 10,
    stateBytes: 900 + audience * 12,
    checkpointAgeSeconds: (at * 3) % 40,
    waiting: at === 1 ? 37 : 0,
    flushMs: 2 + (at % 5),
  }
}

function keptNow(): { from: number; to: number } {
  const to = seqNow()
  return { from: to - 120, to }
}

function detail({ node, sockets }: RoomRow): Omit<RoomDetail, keyof RoomRow> {
  const to = seqNow()
  const [first, second] = names.filter((name) => name !== node)
  return {
    nodes: names,
    relayedBy: [
      { node: first!, sockets: Math.round(sockets / 3), behind: 0 },
      { node: second!, sockets: Math.round(sockets / 4) },
    ],
    state: stateAt(to),
    clients: {
      total: 52_000,
      items: Array.from({ length: 40 }, (_, n) => ({
        node: names[n % 3]!,
        socket: `s${n}x9f`,
        user: `u_${n.toString(36).padStart(12, '0')}`,
        name: n === 2 ? hostile[0]! : `观众 ${n}`,
        roles: n === 0 ? ['user', 'moderator'] : n % 6 ? ['user'] : ['guest'],
        since: started - n * 61_000,
      })),
    },
    timers: [
      { key: 'session', at: started + 3_600_000, command: 'live.limitReached', input: 'l8f' },
    ],
    kept: keptNow(),
    actions: ['mute', 'unmute', 'kick', 'slow', 'close', 'suspend', 'restore', 'handover'],
  }
}

function stateAt(seq: number): Record<string, StateNode> {
  const object = (items: [string, StateNode][]): StateNode => ({
    kind: 'object',
    size: items.length,
    items,
  })
  return {
    live: object([
      ['status', 'live'],
      [
        'info',
        object([
          ['title', '深夜点歌台'],
          ['category', 'music'],
        ]),
      ],
      ['startedAt', started],
    ]),
    gift: object([
      ['coins', seq * 66],
      ['top', { kind: 'map', size: 3, items: [['u_a', 5200]] }],
    ]),
    danmaku: object([
      ['slowSeconds', 0],
      ['recent', { kind: 'array', size: 30, items: [['0', hostile[0]!]] }],
    ]),
    member: object([
      ['moderators', { kind: 'set', size: 1, items: [['0', 'u_moderator']] }],
      ['mutes', { kind: 'map', size: 0, items: [] }],
    ]),
  }
}

function event(seq: number): RoomEventRow {
  const at = started + (seq - 480) * 1_000
  const kinds = ['danmaku.sent', 'gift.sent', 'like.added', 'member.muted'] as const
  const type = kinds[seq % 7 === 0 ? 3 : seq % 3]!
  const data: StateNode = {
    kind: 'object',
    size: 2,
    items: [
      ['text', `第 ${seq} 条`],
      ['count', seq % 9],
    ],
  }
  return { type, data, at, ...(type === 'gift.sent' || type === 'member.muted' ? { seq } : {}) }
}
