/** One node: rooms, sockets and HTTP behind one port. */

import { generateId, matchMaker } from '@colyseus/core'
import type { Position, RoomKey } from '../kernel/position.ts'
import { roomLost } from '../kernel/room-error.ts'
import { createTransport, type CreateTransportOptions } from '../transport/create-transport.ts'
import type {
  Admission,
  HttpHandler,
  Socket,
  Transport,
  TransportStats,
  UpgradeRequest,
} from '../transport/transport.ts'
import { closeCodes } from '../wire/close-codes.ts'
import type { ActorRoom } from './actor-room.ts'
import { Instances } from './instances.ts'
import { enterMatchMaker, leaveMatchMaker } from './match-maker.ts'
import { RoomClient } from './room-client.ts'
import { queryValue } from '../transport/query-value.ts'
import {
  defaultSettings,
  type RoomDirectory,
  type RoomHost,
  type RoomMetrics,
  type RoomSettings,
  type Neighbours,
  type Spread,
} from './room-host.ts'
import { Seats } from './seats.ts'
import { TurnBudget } from './turn-budget.ts'

export interface EngineOptions {
  readonly directory: RoomDirectory
  /** Signs seats; at least 32 random bytes. Nodes that share it could seat each other's users. */
  readonly secret: string | Uint8Array
  readonly http: HttpHandler
  readonly transport?: Omit<CreateTransportOptions, 'handlers'>
  readonly settings?: Partial<RoomSettings>
  readonly spread?: Spread
  readonly neighbours?: Neighbours
  /** `host[:port][/path]` of this node for clients, where it is not the address they asked. */
  readonly publicAddress?: string
  /** The time that all nodes share, ms since 1970. Default: this machine's. */
  readonly now?: () => number
  /** Failures that nobody was told of; log them loudly. */
  readonly defect?: (error: unknown, where: string) => void
}

export interface Engine {
  readonly seats: Seats
  readonly processId: string
  readonly transport: Transport['name']
  /** The room's instance on this node, opened if need be. Throws RoomError. */
  instance(room: RoomKey): Promise<ActorRoom>
  /** Sockets of this node in the room. */
  audience(room: RoomKey): number
  /** Who is in the room over this node, in the order of coming. */
  members(room: RoomKey): readonly RoomMember[]
  /** Sends everybody on this node out of the room, to come back soon, and closes its instance. */
  dismiss(room: RoomKey): Promise<void>
  /** Binds and tells the port, also where 0 was asked for. */
  listen(port: number, host: string): Promise<number>
  /** Closes sockets of a user or of a session on this node. Default: 4300, get a new token. */
  expel(who: { user?: string; session?: string }, code?: number, reason?: string): void
  metrics(): EngineMetrics
  /**
   * Stops taking sockets, sends those that are open away with 4102 and a time to come back, and closes
   * the rooms' instances. The directory is the caller's to close, afterwards.
   */
  stop(): Promise<void>
}

/** One socket in a room. */
export interface RoomMember {
  readonly socket: string
  readonly user: string
  readonly name: string
  readonly roles: readonly string[]
  /** Milliseconds since 1970. */
  readonly since: number
}

export type EngineMetrics = RoomMetrics & { readonly sockets: TransportStats }

/** What is on a socket: a seat, or why there is none. */
type Context = RoomClient | { readonly code: number; readonly reason: string }

/** How long sockets may take to read their last frames when the node stops, ms. */
const lastFramesMs = 2_000

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const defect = options.defect ?? ((error, where) => console.error(where, error))
  await enterMatchMaker(options.directory.kinds.keys())
  const processId = `${matchMaker.processId}-${generateId(6)}`
  let stopping: Promise<void> | undefined

  const transport = await createTransport({
    ...options.transport,
    handlers: {
      admit,
      opened: (socket) => board(socket),
      received({ context }, frame) {
        if (context instanceof RoomClient) context.room.receive(context, frame)
      },
      closed({ context }) {
        if (context instanceof RoomClient) context.room.left(context)
      },
      http: options.http,
      defect,
    },
  })
  const clock = { now: () => performance.now(), after }
  const host: RoomHost = {
    directory: options.directory,
    transport,
    settings: { ...defaultSettings, ...options.settings },
    metrics: {
      instances: 0,
      joins: 0,
      resumes: 0,
      commands: 0,
      refusals: 0,
      turnedAway: 0,
      shedLines: 0,
      reopened: 0,
    },
    clock,
    turn: new TurnBudget(clock),
    now: options.now ?? (() => Date.now()),
    ...(options.spread && { spread: options.spread }),
    ...(options.neighbours && { neighbours: options.neighbours }),
    defect,
  }
  const instances = new Instances(host)
  const seats = new Seats({
    secret: options.secret,
    processId,
    now: host.now,
    open: (room) => instances.open(room),
    publicAddress: options.publicAddress,
  })

  function admit({ path, query }: UpgradeRequest): Admission {
    const [, node, roomId] = /^\/([\w-]+)\/([\w-]+)$/.exec(path) ?? []
    if (!node || !roomId) return { status: 404 }
    const ticket = queryValue(query, 'sessionId')
    if (!ticket) return { status: 401 }
    return { context: contextOf(node, roomId, ticket, queryValue(query, 'at')) }
  }

  /** Who may not sit down is let in all the same, to be told why: browsers hide a refused handshake. */
  function contextOf(node: string, roomId: string, ticket: string, at: string): Context {
    if (node !== processId) return { code: closeCodes.moved, reason: 'another node' }
    const room = instances.find(roomId)
    if (!room || stopping) return { code: closeCodes.moved, reason: 'the room is closed here' }
    const redeemed = seats.redeem(ticket, roomId)
    if ('refused' in redeemed) return { code: closeCodes.ticket, reason: redeemed.refused }
    const { asker, session } = redeemed.ticket
    return new RoomClient({ room, asker, session, at: positionOf(at) })
  }

  function board(socket: Socket): void {
    const context = socket.context as Context
    if (!(context instanceof RoomClient)) return socket.close(context.code, context.reason)
    context.board(socket)
    context.room.enter(context)
  }

  async function stop(): Promise<void> {
    transport.stopListening()
    await instances.drain()
    const until = performance.now() + lastFramesMs
    while (transport.stats.sockets && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await transport.close()
    await leaveMatchMaker()
  }

  return {
    seats,
    processId,
    transport: transport.name,
    async instance(room) {
      const { id } = await instances.open(room)
      return instances.find(id) ?? Promise.reject(roomLost())
    },
    audience: (room) => instances.of(room)?.sockets.size ?? 0,
    members: (room) => Array.from(instances.of(room)?.sockets ?? [], memberOf),
    dismiss: (room) => instances.dismiss(room),
    listen: (port, address) => transport.listen(port, address),
    expel({ user, session }, code = closeCodes.unauthorized, reason = 'signed out') {
      const matches = ({ asker, session: own }: RoomClient): boolean =>
        (user !== undefined && asker.id === user) || (session !== undefined && own === session)
      instances.expel(matches, code, reason)
    },
    metrics: () => ({ ...host.metrics, sockets: { ...transport.stats } }),
    stop: () => (stopping ??= stop()),
  }
}

function memberOf({ id, asker, since }: RoomClient): RoomMember {
  return { socket: id, user: asker.id, name: asker.name, roles: asker.roles, since }
}

/** `<epoch>.<seq>`: where the client's log ends. */
function positionOf(text: string): Position | undefined {
  const [, epoch, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? []
  return epoch && seq ? { epoch: Number(epoch), seq: Number(seq) } : undefined
}

function after(ms: number, task: () => void): () => void {
  if (ms <= 0) {
    const immediate = setImmediate(task)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(task, ms)
  timer.unref()
  return () => clearTimeout(timer)
}
