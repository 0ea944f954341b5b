/** A transport on a port of its own, with what happens on it in view. */

import { once } from 'node:events'
import type { TestContext } from 'node:test'
import WebSocket from 'ws'
import type { Lane } from '../../kernel/feature.ts'
import { roomData } from '../../wire/colyseus.ts'
import { laneType } from '../../wire/messages.ts'
import type {
  HttpHandler,
  Socket,
  Transport,
  TransportHandlers,
  TransportOptions,
} from '../transport.ts'

export type MakeTransport = (options: TransportOptions) => Promise<Transport>

/** A rule of the contract: its test is named after the transport. */
export type Rule = (title: string, body: (t: TestContext) => Promise<void>) => void

export interface Bed {
  readonly transport: Transport
  readonly port: number
  /** Server sides of the sockets, in the order in which they came. */
  readonly sockets: Socket[]
  readonly closed: Map<Socket, number>
  readonly received: string[]
  readonly defects: unknown[]
  open(path?: string, headers?: Record<string, string>): Promise<Peer>
  url(path: string): string
}

export interface Peer {
  readonly client: WebSocket
  readonly socket: Socket
  readonly frames: Buffer[]
}

export type BedOptions = Partial<TransportOptions> & { on?: Partial<TransportHandlers> }

/** Ends with the test. */
export async function openBed(
  make: MakeTransport,
  t: TestContext,
  options: BedOptions = {},
): Promise<Bed> {
  const sockets: Socket[] = []
  const closed = new Map<Socket, number>()
  const received: string[] = []
  const defects: unknown[] = []
  const transport = await make({
    ...options,
    handlers: {
      admit: ({ path }) => ({ context: path }),
      opened: (socket) => void sockets.push(socket),
      received: (_socket, frame) => void received.push(Buffer.from(frame).toString()),
      closed: (socket, code) => void closed.set(socket, code),
      http: async () => new Response('hello'),
      defect: (error) => void defects.push(error),
      ...options.on,
    },
  })
  const port = await transport.listen(0, '127.0.0.1')
  t.after(() => transport.close())
  const open = async (path = '/', headers = {}): Promise<Peer> => {
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
    const frames: Buffer[] = []
    client.on('message', (data: Buffer) => frames.push(data))
    client.on('error', () => undefined)
    const place = sockets.length
    await once(client, 'open')
    await eventually(() => sockets[place])
    return { client, socket: sockets[place]!, frames }
  }
  return {
    transport,
    port,
    sockets,
    closed,
    received,
    defects,
    open,
    url: (path) => `http://127.0.0.1:${port}${path}`,
  }
}

/** A bed whose requests go to `http`. */
export function serveOn(
  make: MakeTransport,
  t: TestContext,
  http: HttpHandler,
  limits: TransportOptions['limits'] = {},
): Promise<Bed> {
  return openBed(make, t, { limits, on: { http } })
}

/** The HTTP status that refuses a handshake. */
export async function refusal(port: number, headers: Record<string, string> = {}): Promise<number> {
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers })
  const [, response] = await Promise.race([
    once(client, 'unexpected-response'),
    once(client, 'open').then(() => [undefined, { statusCode: 101 }]),
  ])
  client.on('error', () => undefined)
  client.terminate()
  return response.statusCode
}

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
export const frameOf = (lane: Lane, payload: unknown): Uint8Array =>
  roomData(laneType[lane], payload)

export async function eventually(condition: () => unknown): Promise<void> {
  const until = performance.now() + 15_000
  while (!condition()) {
    if (performance.now() > until) throw new Error(`never: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
