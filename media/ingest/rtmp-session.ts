/** One RTMP connection: handshake, the question whether it may publish, then its media. */

import type { Socket } from 'node:net'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { classifyAudio, classifyVideo, type MediaPacket } from '../flv/media-packet.ts'
import type { Door, Publisher, Source } from './door.ts'
import { harden, type ProtocolLimits } from './harden.ts'
import { createRtmpProtocol, decodeAmfData, type RtmpInvoke } from './nms.ts'

export interface SessionLimits {
  /** From the connection to the end of the question whether it may publish. */
  handshakeMs: number
  /** Silence after which a publisher counts as lost. */
  idleMs: number
  maxMessageBytes: number
}

const typeAudio = 8
const typeVideo = 9
const typeData = 18
const maxChunkStreams = 16
/** Before it is admitted, a connection has nothing to say that is longer. */
const maxGreetingBytes = 16 * 1024
/** Media that arrives in one piece with the question; afterwards the socket is paused. */
const maxHeldBytes = 256 * 1024
const ackEveryBytes = 1024 * 1024
/** Time for a refusal to reach the encoder. */
const lingerMs = 1000

/**
 * `greeting`: handshake and commands. `asking`: the verdict is awaited, the socket does not read.
 * `publishing`: media flows to the source. `closed`: whatever still arrives is thrown away unread;
 * this is what keeps a refused publisher that ignores our FIN from being heard.
 */
type State = 'greeting' | 'asking' | 'publishing' | 'closed'

export class RtmpSession implements Publisher {
  readonly #socket: Socket
  readonly #door: Door
  readonly #limits: SessionLimits
  readonly #onSettled: (refusal?: string) => void
  readonly #protocol = createRtmpProtocol()
  readonly #bounds: ProtocolLimits = { maxMessageBytes: maxGreetingBytes, maxChunkStreams }
  #state: State = 'greeting'
  #source: Source | undefined
  #held: MediaPacket[] = []
  #heldBytes = 0
  #bytes = 0
  #acked = 0
  #deadline: NodeJS.Timeout

  /** @param onSettled called once: when the connection was admitted, or closed before (why) */
  constructor(
    socket: Socket,
    door: Door,
    limits: SessionLimits,
    onSettled: (refusal?: string) => void,
  ) {
    this.#socket = socket
    this.#door = door
    this.#limits = limits
    let settled = false
    this.#onSettled = (refusal) => {
      if (!settled) onSettled(refusal)
      settled = true
    }
    this.#deadline = setTimeout(() => this.#fail('timeout'), limits.handshakeMs)
    this.#wire()
  }

  /** Tells the encoder why, then ends the connection. */
  close(reason: string): void {
    this.#refuse('closed', reason)
  }

  #wire(): void {
    const protocol = this.#protocol
    harden(protocol, this.#bounds)
    const { onConnect } = protocol
    protocol.onOutputCallback = (bytes) => {
      if (this.#socket.writable) this.#socket.write(bytes)
    }
    protocol.onConnect = (message) => {
      if (this.#state !== 'greeting' || protocol.streamApp !== undefined) {
        throw new Error('connect out of order')
      }
      onConnect.call(protocol, message)
    }
    protocol.onPublish = (message) => this.#ask(message)
    protocol.onPlay = () => this.#refuse('play', 'Watch over HTTP; this port only takes streams.')
    protocol.dataHandler = () => this.#message()
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (bytes) => this.#read(bytes))
    this.#socket.on('timeout', () => this.#fail('idle'))
    this.#socket.on('error', () => this.#fail('socket'))
    this.#socket.on('close', () => this.#fail('socket'))
  }

  #read(bytes: Buffer): void {
    if (this.#state === 'closed') return
    this.#bytes += bytes.length
    try {
      this.#protocol.parserData(bytes)
    } catch {
      this.#fail('malformed')
      return
    }
    if (this.#isClosed()) return
    // Encoders that keep to the letter stop when they are not acknowledged.
    if (this.#bytes - this.#acked >= ackEveryBytes) {
      this.#acked = this.#bytes
      this.#protocol.sendACK(this.#bytes % 2 ** 32)
    }
  }

  #ask(message: RtmpInvoke): void {
    if (this.#state !== 'greeting') throw new Error('publish out of order')
    const key = keyIn(this.#protocol.streamApp, message.streamName)
    this.#protocol.streamId = this.#protocol.parserPacket.header.stream_id
    if (key === undefined) {
      this.#refuse('address', 'Publish to rtmp://<host>/live/<stream key>.')
      return
    }
    this.#state = 'asking'
    this.#socket.pause()
    this.#door.admit(key, this).then(
      (source) => this.#admitted(source),
      (error: unknown) => this.#rejected(error),
    )
  }

  #admitted(source: Source): void {
    if (this.#state !== 'asking') {
      source.closed()
      return
    }
    clearTimeout(this.#deadline)
    this.#state = 'publishing'
    this.#source = source
    this.#bounds.maxMessageBytes = this.#limits.maxMessageBytes
    this.#status('status', 'NetStream.Publish.Start', 'Publishing.')
    this.#onSettled()
    for (const packet of this.#held) if (!this.#isClosed()) source.packet(packet)
    this.#held = []
    this.#socket.setTimeout(this.#limits.idleMs)
    this.#socket.resume()
  }

  #rejected(error: unknown): void {
    const known = error instanceof RoomError
    this.#refuse(
      known ? error.code : 'internal',
      known ? error.message : 'The server cannot take the stream now; try again.',
    )
  }

  #message(): void {
    const { header, payload, clock } = this.#protocol.parserPacket
    const body = payload.subarray(0, header.length)
    if (header.type === typeData) {
      this.#announce(body)
      return
    }
    const classify = { [typeAudio]: classifyAudio, [typeVideo]: classifyVideo }[header.type]
    const packet = classify?.(body, clock)
    if (!packet) return
    if (this.#state === 'publishing') this.#source?.packet(packet)
    else if (this.#state === 'asking') this.#hold(packet)
    else if (this.#state === 'greeting') throw new Error('media before publish')
  }

  #hold(packet: MediaPacket): void {
    this.#heldBytes += packet.body.length
    if (this.#heldBytes > maxHeldBytes) throw new Error('too much media before the verdict')
    this.#held.push({ ...packet, body: Buffer.from(packet.body) })
  }

  #announce(body: Buffer): void {
    if (this.#state !== 'publishing') return
    const { dataObj } = decodeAmfData(body)
    const fps = (dataObj as { framerate?: unknown } | undefined)?.framerate
    if (typeof fps === 'number' && fps > 0 && fps <= 480) this.#source?.announce(fps)
  }

  #refuse(code: string, description: string): void {
    if (this.#state === 'closed') return
    this.#status('error', 'NetStream.Publish.BadName', description)
    this.#leave(code)
    this.#socket.end()
    // Reading goes on, into nothing: unread bytes would turn our FIN into a reset that overtakes
    // the reason.
    this.#socket.resume()
    this.#socket.once('end', () => this.#socket.destroy())
    setTimeout(() => this.#socket.destroy(), lingerMs).unref()
  }

  #fail(code: string): void {
    if (this.#state !== 'closed') this.#leave(code)
    this.#socket.destroy()
  }

  #leave(code: string): void {
    clearTimeout(this.#deadline)
    this.#state = 'closed'
    this.#held = []
    const source = this.#source
    this.#source = undefined
    this.#onSettled(code)
    source?.closed()
  }

  #status(level: string, code: string, description: string): void {
    this.#protocol.sendStatusMessage(this.#protocol.streamId ?? 0, level, code, description)
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }
}

/** The key in `live` + `<key>` or, as some encoders send it, `live/<key>` + nothing. */
function keyIn(app: unknown, name: unknown): string | undefined {
  if (typeof app !== 'string' || typeof name !== 'string') return undefined
  const [first, key, ...rest] = [
    ...app.split('?')[0]!.split('/'),
    ...name.split('?')[0]!.split('/'),
  ].filter((part) => part !== '')
  return first === 'live' && rest.length === 0 && key && /^[\w-]{8,128}$/.test(key)
    ? key
    : undefined
}
