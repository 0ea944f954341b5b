/** The process of a server under test: started over IPC, it publishes when it is told to. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Peer, PeerName, StartPeer, ToHost } from './peer.ts'
import { answering } from './process.ts'

/** How often lines that are due are published, ms. */
const stepMs = 5

const peers: Readonly<Record<PeerName, () => Promise<{ start: StartPeer }>>> = {
  'raw uWebSockets': () => import('./raw-uws.ts'),
  'raw uWebSockets with seats': () => import('./raw-seats.ts'),
  'ws loop': () => import('./ws-loop.ts'),
  'Colyseus, ws': () => import('./colyseus-ws.ts'),
  'Colyseus, uWebSockets': () => import('./colyseus-uws.ts'),
  'socket.io': () => import('./socket-io.ts'),
  'Plaza engine': () => import('./plaza-engine.ts'),
  'Plaza server': () => import('./plaza-server.ts'),
}

let peer: Peer | undefined

answering<ToHost>(async (message) => {
  switch (message.do) {
    case 'start': {
      const { start } = await peers[message.peer]()
      peer = await start(message.options)
      const { publish: _, ...started } = peer
      return started
    }
    case 'publish':
      return publish(message.perSecond, message.forMs)
    case 'settle':
      return settle()
  }
})

/**
 * Open loop: what is late is caught up on, but never two lines in one turn, whose frames a server may send with
 * one system call: a server that gets little of the machine would look cheap.
 */
async function publish(perSecond: number, forMs: number): Promise<number> {
  const started = performance.now()
  const total = Math.round((perSecond * forMs) / 1_000)
  let published = 0
  while (published < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1_000) * perSecond) + 1)
    for (; published < due; published += 1) {
      peer!.publish(`this is line ${published} of a live`)
      await pause(1)
    }
    await pause(stepMs)
  }
  return published
}

async function settle(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.()
    await pause(100)
  }
}
