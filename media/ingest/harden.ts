/** Bounds on what one RTMP connection may make the protocol parser do. */

import type { RtmpProtocol } from './nms.ts'

export interface ProtocolLimits {
  /** Longest message, in bytes. The memory for a message is taken when its header is seen. */
  maxMessageBytes: number
  maxChunkStreams: number
}

/**
 * Makes the parser throw on what no encoder sends. Without it, 140 bytes could reserve 16 MB, as
 * often as there are chunk streams (65,599), and a chunk size of 0 would stop the parser for good.
 * `limits` is read at each message, so it can widen once the publisher is admitted.
 */
export function harden(protocol: RtmpProtocol, limits: ProtocolLimits): void {
  const { packetParse, packetAlloc, controlHandler } = protocol

  protocol.packetParse = () => {
    packetParse.call(protocol)
    if (protocol.inPackets.size > limits.maxChunkStreams) throw new Error('too many chunk streams')
  }

  protocol.packetAlloc = () => {
    const { length } = protocol.parserPacket.header
    if (length > limits.maxMessageBytes) throw new Error('message too long')
    packetAlloc.call(protocol)
  }

  protocol.controlHandler = () => {
    if (protocol.parserPacket.header.length < 4) throw new Error('control message too short')
    controlHandler.call(protocol)
    if (protocol.inChunkSize < 1 || protocol.inChunkSize > 0x7fffffff) {
      throw new Error('chunk size out of range')
    }
  }
}
