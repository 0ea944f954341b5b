/** What is sent, published, lost and closed. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket as TcpSocket } from 'node:net'
import type { Lane } from '../kernel/feature.ts'
import { closeCodes } from '../wire/close-codes.ts'
import { decode } from '../wire/codec.ts'
import {
  eventually,
  frameOf,
  openBed,
  turn,
  type MakeTransport,
  type Rule,
} from './testing/transport-bed.ts'
import type { Socket } from './transport.ts'

export function socketContract(make: MakeTransport, rule: Rule): void {
  rule('[TR1] a socket gets what is published to its groups while it is in them', async (t) => {
    const { transport, open } = await openBed(make, t)
    const [one, two] = [await open(), await open()]
    one.socket.join('a')
    two.socket.join('a')
    two.socket.join('b')
    transport.publish('a', 'must', frameOf('must', 1))
    transport.publish('b', 'should', frameOf('should', 2))
    transport.publish('nobody', 'may', frameOf('may', 3))
    await eventually(() => two.frames.length === 2 && one.frames.length === 1)
    one.socket.leave('a')
    transport.publish('a', 'may', frameOf('may', 4))
    one.socket.send(frameOf('must', 5))
    await eventually(() => two.frames.length === 3 && one.frames.length === 2)
    assert.deepEqual(one.frames[1], Buffer.from(frameOf('must', 5)))
  })

  rule(
    '[TR2] what is sent and published in one turn arrives in that order and in one piece',
    async (t) => {
      const { transport, port, sockets } = await openBed(make, t)
      const tcp = await handshake(port)
      await eventually(() => sockets.length)
      const chunks: Buffer[] = []
      tcp.on('data', (chunk: Buffer) => chunks.push(chunk))
      const [socket] = sockets as [Socket]
      socket.join('a')
      for (const lane of ['must', 'should', 'may'] as const) {
        transport.publish('a', lane, frameOf(lane, lane))
      }
      await eventually(() => chunks.length)
      assert.deepEqual(
        framesOf(Buffer.concat(chunks)),
        ['must', 'should', 'may'].map((lane) =>
          Buffer.from(frameOf(lane as Lane, lane)).toString('hex'),
        ),
      )
      assert.equal(chunks.length, 1)
      chunks.length = 0
      for (const number of [1, 2, 3]) socket.send(frameOf('must', number))
      await eventually(() => chunks.length)
      assert.equal(chunks.length, 1)
      assert.equal(framesOf(chunks[0]!).length, 3)
      chunks.length = 0
      socket.send(frameOf('must', 'welcome'))
      transport.publish('a', 'must', frameOf('must', 'later'))
      await eventually(() => framesOf(Buffer.concat(chunks)).length === 2)
      const hex = ['welcome', 'later'].map((text) =>
        Buffer.from(frameOf('must', text)).toString('hex'),
      )
      assert.deepEqual(framesOf(Buffer.concat(chunks)), hex)
      tcp.destroy()
    },
  )

  rule(
    '[TR3] a slow socket loses may, then should, is closed when must has no room, and harms nobody',
    async (t) => {
      const backpressure = { may: 64_000, should: 256_000, must: 1_024_000 }
      const { transport, open, closed } = await openBed(make, t, { limits: { backpressure } })
      const { stats } = transport
      const [slow, fast] = [await open(), await open()]
      slow.client.pause()
      for (const { socket } of [slow, fast]) socket.join('a')
      const filler = 'x'.repeat(16_000)
      const seen: string[] = []
      let published = 0
      while (!closed.has(slow.socket)) {
        assert.ok(published < 10_000, 'never too slow')
        published += 1
        for (const lane of ['must', 'should', 'may'] as const) {
          transport.publish('a', lane, frameOf(lane, [published, filler]))
        }
        await turn()
        if (stats.lost.may && !seen.includes('may')) seen.push('may')
        if (stats.lost.should && !seen.includes('should')) seen.push('should')
      }
      assert.deepEqual(seen, ['may', 'should'])
      assert.equal(closed.get(slow.socket), closeCodes.slow)
      assert.deepEqual([stats.lost, stats.slow], [{ may: 1, should: 1 }, 1])
      await eventually(() => fast.frames.length === 3 * published)
      const gone = once(slow.client, 'close')
      slow.client.resume()
      assert.equal((await gone)[0], closeCodes.slow)
      const numbers = slow.frames.filter((frame) => frame[2] === 109).map(numberOf)
      assert.ok(numbers.length > 0)
      assert.deepEqual(
        numbers,
        Array.from(numbers, (_, index) => index + 1),
      )
    },
  )

  rule('[TR4] a socket that catches up gets its lanes back', async (t) => {
    const backpressure = { may: 64_000, should: 256_000, must: 64_000_000 }
    const { transport, open } = await openBed(make, t, { limits: { backpressure } })
    const { stats } = transport
    const peer = await open()
    peer.client.pause()
    peer.socket.join('a')
    const filler = 'x'.repeat(16_000)
    while (!stats.lost.should) {
      transport.publish('a', 'must', frameOf('must', filler))
      await turn()
    }
    transport.publish('a', 'may', frameOf('may', 'lost'))
    transport.publish('a', 'should', frameOf('should', 'lost'))
    await turn()
    peer.client.resume()
    const back = (): boolean => peer.frames.some((frame) => frame[2] === 121)
    await eventually(() => {
      transport.publish('a', 'may', frameOf('may', 'back'))
      return back()
    })
    transport.publish('a', 'should', frameOf('should', 'back'))
    await eventually(() => peer.frames.at(-1)?.[2] === 115)
    const texts = peer.frames.map((frame) => frame.subarray(4).toString())
    assert.ok(!texts.includes('lost'))
  })

  rule('[TR5] answers that nobody reads end in a close, not in memory', async (t) => {
    const { open, closed } = await openBed(make, t)
    const peer = await open()
    peer.client.pause()
    const filler = frameOf('must', 'x'.repeat(16_000))
    for (let sent = 0; !closed.has(peer.socket); sent += 1) {
      assert.ok(sent < 10_000)
      peer.socket.send(filler)
      await turn()
    }
    assert.equal(closed.get(peer.socket), closeCodes.slow)
    assert.equal(peer.socket.open, false)
    peer.socket.send(filler)
    peer.socket.join('a')
    peer.socket.close(4000)
    peer.client.terminate()
  })

  rule('[TR11] both ends hear of a close once, with its code', async (t) => {
    let told = 0
    const codes: number[] = []
    const { open } = await openBed(make, t, {
      on: { closed: (_socket, code) => void (codes.push(code), (told += 1)) },
    })
    const ours = await open()
    ours.socket.send(frameOf('must', 'last'))
    ours.socket.close(4500, 'kicked')
    const [code, reason] = await once(ours.client, 'close')
    assert.deepEqual([code, reason.toString(), ours.frames.length], [4500, 'kicked', 1])
    const theirs = await open()
    theirs.client.close(4000)
    await eventually(() => told === 2)
    const cut = await open()
    cut.client.terminate()
    await eventually(() => told === 3)
    assert.deepEqual(codes, [4500, 4000, 1006])
  })
}

/** The first field of a frame's payload. */
function numberOf(frame: Uint8Array): number {
  return (decode(frame.subarray(3)) as [number])[0]
}

/** A WebSocket by hand, which shows how bytes arrive. */
async function handshake(port: number): Promise<TcpSocket> {
  const tcp = connect(port, '127.0.0.1')
  tcp.setNoDelay(true)
  tcp.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  )
  const [head] = await once(tcp, 'data')
  assert.match(String(head), /^HTTP\/1\.1 101/)
  return tcp
}

/** Payloads of unmasked server frames, in hex. */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = []
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes[at + 1]! & 0x7f
    const head = short === 126 ? 4 : short === 127 ? 10 : 2
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short
    if (at + head + length > bytes.length) break
    frames.push(bytes.subarray(at + head, at + head + length).toString('hex'))
    at += head + length
  }
  return frames
}
