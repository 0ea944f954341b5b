/** FLV framing: the file header and one tag per packet (Adobe FLV specification 10.1, annex E). */

import type { MediaPacket } from './media-packet.ts'

const tagHeaderBytes = 11
const tagTypes = { audio: 8, video: 9 } as const

/**
 * The 13 bytes before the first tag. The flags must be true to what follows: players wait for the
 * first packet of every kind announced here before they show anything.
 */
export function flvHeader(has: { audio: boolean; video: boolean }): Buffer {
  const flags = (has.audio ? 4 : 0) | (has.video ? 1 : 0)
  return Buffer.from([0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, 9, 0, 0, 0, 0])
}

/** A tag holding a copy of the packet's body; `time` in ms replaces the packet's own. */
export function flvTag(packet: Pick<MediaPacket, 'kind' | 'body'>, time: number): Buffer {
  const size = packet.body.length
  const tag = Buffer.allocUnsafe(tagHeaderBytes + size + 4)
  tag[0] = tagTypes[packet.kind]
  tag.writeUIntBE(size, 1, 3)
  tag.writeUIntBE(time & 0xffffff, 4, 3)
  tag[7] = (time >>> 24) & 0xff
  tag.writeUIntBE(0, 8, 3)
  packet.body.copy(tag, tagHeaderBytes)
  tag.writeUInt32BE(tagHeaderBytes + size, tagHeaderBytes + size)
  return tag
}
