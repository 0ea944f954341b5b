/** socket.io 4 without polling, with its own room and broadcast. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { lineOf, type StartPeer } from './peer.ts'

export const start: StartPeer = async () => {
  const http = createServer()
  const io = new Server(http, { transports: ['websocket'], serveClient: false })
  io.on('connection', (socket) => void socket.join('all'))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    entrance: 'socket.io',
    port: (http.address() as AddressInfo).port,
    publish: (text) => io.to('all').emit('line', lineOf(text)),
  }
}
