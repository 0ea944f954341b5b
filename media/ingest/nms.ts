/**
 * The parts of node-media-server 4.4.3 that we use: its RTMP handshake, chunk parser and AMF codec.
 * Nothing else of it is loaded: no broadcast, HTTP server, store or event emitter (decision 0040).
 * They are internals, so the version is pinned and checked at load.
 */

import { createRequire } from 'node:module'

/** Protocol state of one connection. The methods are replaced per instance to harden them. */
export interface RtmpProtocol {
  onOutputCallback: (bytes: Buffer) => void
  parserData(bytes: Buffer): string | null
  packetParse(): void
  packetAlloc(): void
  controlHandler(): void
  dataHandler(): void
  invokeHandler(): void
  onConnect(message: RtmpInvoke): void
  onPublish(message: RtmpInvoke): void
  onPlay(message: RtmpInvoke): void
  respondPublish(): void
  sendACK(bytes: number): void
  sendStatusMessage(stream: number, level: string, code: string, description: string): void
  /** 3 once the handshake is over. */
  handshakeState: number
  inChunkSize: number
  inPackets: Map<number, RtmpMessage>
  parserPacket: RtmpMessage
  streamApp?: string
  streamId?: number
}

export interface RtmpMessage {
  header: { type: number; length: number; stream_id: number }
  /** ms */
  clock: number
  /** At least `header.length` bytes; reused for the next message of the chunk stream. */
  payload: Buffer
  capacity: number
}

export interface RtmpInvoke {
  cmd?: unknown
  streamName?: unknown
  cmdObj?: { app?: unknown; tcUrl?: unknown } | null
}

interface Size {
  width: number
  height: number
}

const pinned = '4.4.3'
const require = createRequire(import.meta.url)
const { version } = require('node-media-server/package.json') as { version: string }
if (version !== pinned) {
  throw new Error(
    `node-media-server is ${version}, but its internals are only known in ${pinned}; install that version`,
  )
}

// Its logger prints stream keys; what matters is logged by the ingest itself.
const logger = require('node-media-server/src/core/logger.js') as { log: () => void }
logger.log = () => {}

const Rtmp = require('node-media-server/src/protocol/rtmp.js') as new () => RtmpProtocol & {
  flv: unknown
}
const amf = require('node-media-server/src/protocol/amf.js') as {
  decodeAmf0Data(bytes: Buffer): { cmd?: unknown; dataObj?: unknown }
}
const sps = require('node-media-server/src/protocol/sps_info.js') as {
  parseH264Sps(sps: Buffer): Size | null
  parseH265Sps(sps: Buffer): Size | null
}

export function createRtmpProtocol(): RtmpProtocol {
  const protocol = new Rtmp()
  // An FLV parser with a buffer of 1 MB that only its sending side uses.
  protocol.flv = undefined
  return protocol
}

/** Throws on malformed bytes. */
export const decodeAmfData = amf.decodeAmf0Data
export const parseH264Sps = sps.parseH264Sps
export const parseH265Sps = sps.parseH265Sps
