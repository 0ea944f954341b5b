/** Colyseus on its default transport. */

import { WebSocketTransport } from '@colyseus/ws-transport'
import { startColyseus } from './colyseus.ts'
import type { StartPeer } from './peer.ts'

export const start: StartPeer = () => startColyseus(new WebSocketTransport())
