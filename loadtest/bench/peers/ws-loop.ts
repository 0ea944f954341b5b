/** The usual way: one `send` for each socket of the `ws` package. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { encode } from '../../../engine/wire/codec.ts'
import { lineOf, type StartPeer } from './peer.ts'

export const start: StartPeer = async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
  return {
    entrance: 'plain',
    port: (server.address() as AddressInfo).port,
    publish(text) {
      const frame = encode(lineOf(text))
      for (const client of server.clients) client.send(frame)
    },
  }
}
