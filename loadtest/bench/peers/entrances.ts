/** How viewers get into each server under test, and what of the bytes that they receive is an event. */

import { Agent, request } from 'node:http'
import { decode } from '../../../engine/wire/codec.ts'
import { protocol, roomDataHead, signal } from '../../../engine/wire/colyseus.ts'
import { opcodes, type Link } from '../../swarm/link.ts'
import type { Entrance, Line, Started } from './peer.ts'

/** What a frame means for the viewer that got it. */
export type Meaning = 'joined' | 'event' | undefined

export interface Way {
  /** The address of the socket of viewer `index`. */
  address(server: Started, index: number): Promise<string> | string
  /** In as soon as the socket is open. */
  readonly open?: true
  /** Answers what the protocol wants answered. */
  read(link: Link, bytes: Buffer, start: number, end: number): Meaning
  /** The times in an event frame, ms since 1970: one for each line. */
  times(bytes: Buffer): number[]
}

const iAmHere = signal(protocol.joinRoom)
const shouldByte = 's'.charCodeAt(0)
const welcomeByte = 'w'.charCodeAt(0)

export const ways: Record<Entrance, Way> = {
  plain: {
    address: ({ port }) => `ws://127.0.0.1:${port}/`,
    open: true,
    read: () => 'event',
    times: (bytes) => [decode(bytes) as Line | Line[]].flat().map(({ at }) => at),
  },
  colyseus: {
    address: async ({ port }) => {
      const seat = await post(port, '/matchmake/joinOrCreate/bench', { body: '{}' })
      const { processId, roomId, sessionId } = seat
      return `ws://127.0.0.1:${port}/${processId}/${roomId}?sessionId=${sessionId}`
    },
    read: (link, bytes, start) => {
      const code = bytes[start]! & 0x1f
      if (code === protocol.roomData) return 'event'
      if (code !== protocol.joinRoom) return undefined
      link.send(iAmHere)
      return 'joined'
    },
    times: (bytes) => [(decode(bytes.subarray(roomDataHead(bytes)!.start)) as Line).at],
  },
  plaza: {
    address: async ({ port, room, tokens }, index) => {
      const token = tokens?.length ? tokens[index % tokens.length] : undefined
      return (await post(port, `/api/rooms/${room}/seat`, { token }))['socketUrl']!
    },
    read: (link, bytes, start) => {
      const code = bytes[start]! & 0x1f
      const type = bytes[start + 2]
      if (code === protocol.roomData && type === shouldByte) return 'event'
      if (code === protocol.roomData && type === welcomeByte) return 'joined'
      if (code === protocol.joinRoom) link.send(iAmHere)
      return undefined
    },
    times: (bytes) => {
      const [, events] = decode(bytes.subarray(3)) as [number, [string, unknown, number][]]
      return events.map(([, , at]) => at)
    },
  },
  'socket.io': {
    address: ({ port }) => `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`,
    read: (link, bytes, start, end) => {
      const type = bytes.toString('latin1', start, Math.min(start + 2, end))
      if (type === '42') return 'event'
      if (type === '40') return 'joined'
      if (type === '2') link.send(Buffer.from('3'), opcodes.text)
      else if (type.startsWith('0')) link.send(Buffer.from('40'), opcodes.text)
      return undefined
    },
    times: (bytes) => [(JSON.parse(bytes.toString('utf8', 2)) as [string, Line])[1].at],
  },
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 })

function post(
  port: number,
  path: string,
  { body = '', token }: { body?: string; token?: string | undefined },
): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-length': body.length,
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }
    const asking = request({ port, path, method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text))
        else reject(new Error(`${path} was answered with ${response.statusCode}: ${text}`))
      })
    })
    asking.on('error', reject)
    asking.end(body)
  })
}
