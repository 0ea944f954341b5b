/** The floor: uWebSockets publishes to its sockets and does nothing else. */

import { App, us_socket_local_port } from 'uWebSockets.js'
import { encode } from '../../../engine/wire/codec.ts'
import { lineOf, type Line, type StartPeer } from './peer.ts'

/** Lines of a tick leave in one frame, as ours do; without a tick each has its own. */
export const start: StartPeer = ({ tickMs }) =>
  new Promise((resolve) => {
    const app = App()
    app.ws('/*', { compression: 0, open: (ws) => void ws.subscribe('all') })
    let waiting: Line[] = []
    const send = (): void => {
      if (waiting.length) app.publish('all', encode(waiting), true)
      waiting = []
    }
    if (tickMs) setInterval(send, tickMs)
    const publish = (text: string): void => {
      waiting.push(lineOf(text))
      if (!tickMs) send()
    }
    app.listen('127.0.0.1', 0, (socket) => {
      if (!socket) throw new Error('no port')
      resolve({ entrance: 'plain', port: us_socket_local_port(socket), publish })
    })
  })
