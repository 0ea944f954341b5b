/** What a server under test offers, and what its process is told over IPC. */

/** How a viewer gets in, and which of the frames that it receives are events. */
export type Entrance =
  /** A socket at `/`; every binary frame is an event. */
  | 'plain'
  /** A seat from Colyseus's matchmaking, then the room protocol. */
  | 'colyseus'
  /** A seat from `POST /api/rooms/:key/seat`, then the room protocol. */
  | 'plaza'
  | 'socket.io'

export interface Peer {
  readonly entrance: Entrance
  readonly port: number
  /** Key of the room, where the seat is asked for by key. */
  readonly room?: string
  /** Access tokens of viewers, where they are signed in. */
  readonly tokens?: readonly string[]
  /** One line to everybody; it carries the time of the call, ms since 1970. */
  publish(text: string): void
}

export interface PeerOptions {
  /** Shortest time between two frames of lines, ms, where the server gathers them. */
  readonly tickMs: number
  /** Viewers that are signed in; the others are guests. */
  readonly signedIn: number
}

export type StartPeer = (options: PeerOptions) => Promise<Peer>

export type ToHost =
  | { readonly do: 'start'; readonly peer: PeerName; readonly options: PeerOptions }
  | { readonly do: 'publish'; readonly perSecond: number; readonly forMs: number }
  /** Collects garbage, so that what is resident is in use. */
  | { readonly do: 'settle' }

export type Started = Omit<Peer, 'publish'>

/** A published line as every peer sends it: the fields of our danmaku, so that all carry the same. */
export interface Line {
  readonly id: string
  readonly user: { readonly id: string; readonly name: string }
  readonly text: string
  readonly color: string
  readonly mode: string
  readonly mentions: readonly string[]
  readonly at: number
}

export function lineOf(text: string): Line {
  return {
    id: '0198c0de-0000-7000-8000-000000000010',
    user: { id: 'u_0123456789ab', name: 'somebody' },
    text,
    color: '#ffffff',
    mode: 'scroll',
    mentions: [],
    at: Date.now(),
  }
}

export type PeerName =
  | 'raw uWebSockets'
  | 'raw uWebSockets with seats'
  | 'ws loop'
  | 'Colyseus, ws'
  | 'Colyseus, uWebSockets'
  | 'socket.io'
  | 'Plaza engine'
  | 'Plaza server'
