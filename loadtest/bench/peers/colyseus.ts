/** Stock Colyseus: its matchmaking over HTTP, its room, its broadcast. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import { Room, Server, type Transport } from '@colyseus/core'
import { lineOf, type Peer } from './peer.ts'

class Bench extends Room {
  override autoDispose = false
}

export async function startColyseus(transport: Transport): Promise<Peer> {
  let room: Room | undefined
  const server = new Server({ transport, greet: false })
  server.define('bench', Bench).on('create', (created) => (room = created))
  const port = await freePort()
  await server.listen(port, '127.0.0.1')
  return {
    entrance: 'colyseus',
    port,
    publish: (text) => room?.broadcast('line', lineOf(text)),
  }
}

/** The transports do not tell the port that they were given. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
