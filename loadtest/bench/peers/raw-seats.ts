/**
 * The floor of a join: uWebSockets with the messages of ours and nothing behind them. Everybody gets the same
 * seat, nobody is asked who he is, and what is sent has the length of ours.
 */

import { App, us_socket_local_port } from 'uWebSockets.js'
import { protocol } from '../../../engine/wire/colyseus.ts'
import type { StartPeer } from './peer.ts'

/** Bytes of a guest's welcome, of what confirms a seat, and of a ticket. */
const lengths = { welcome: 700, seated: 14, ticket: 100 }

export const start: StartPeer = () =>
  new Promise((resolve) => {
    const app = App()
    const seated = new Uint8Array(lengths.seated).fill(protocol.joinRoom, 0, 1)
    const welcome = new Uint8Array(lengths.welcome)
    welcome.set([protocol.roomData, 0xa1, 'w'.charCodeAt(0)])
    let seat = ''
    app.post('/api/rooms/:key/seat', (res) => void res.end(seat))
    app.ws('/*', {
      compression: 0,
      open: (ws) => void ws.send(seated, true),
      message(ws) {
        ws.subscribe('all')
        ws.send(welcome, true)
      },
    })
    app.listen('127.0.0.1', 0, (socket) => {
      if (!socket) throw new Error('no port')
      const port = us_socket_local_port(socket)
      const sessionId = 't'.repeat(lengths.ticket)
      seat = JSON.stringify({ socketUrl: `ws://127.0.0.1:${port}/?sessionId=${sessionId}` })
      resolve({ entrance: 'plaza', port, room: 'floor', publish: () => undefined })
    })
  })
