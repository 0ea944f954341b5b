/** What a decoder configuration says: RFC 6381 codec strings, picture size, sampling rate. */

import type { AudioCodec, MediaPacket, VideoCodec } from './media-packet.ts'
import { parseH264Sps, parseH265Sps } from '../ingest/nms.ts'

export interface VideoInfo {
  readonly codec: VideoCodec
  /** Pixels; absent where the configuration does not tell. */
  readonly width?: number
  readonly height?: number
  /** RFC 6381, e.g. `avc1.64001f`; absent for codecs that the packager does not take. */
  readonly rfc6381?: string
}

export interface AudioInfo {
  readonly codec: AudioCodec
  readonly rfc6381?: string
  readonly sampleRate?: number
  readonly channels?: number
}

const maxSide = 16_384
const sampleRates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
] as const

/** Never throws: a configuration that makes no sense yields the codec alone. */
export function videoInfo(packet: MediaPacket): VideoInfo {
  const codec = packet.codec as VideoCodec
  const record = packet.body.subarray(5)
  if (codec === 'h264' && record.length >= 8) {
    const rfc6381 = `avc1.${record.toString('hex', 1, 4)}`
    const sps = record.subarray(8, 8 + record.readUInt16BE(6))
    return { codec, rfc6381, ...picture(parseH264Sps(sps)) }
  }
  if (codec === 'h265') return { codec, ...picture(parseH265Sps(findHevcSps(record))) }
  return { codec }
}

/** Never throws, as `videoInfo`. */
export function audioInfo(packet: MediaPacket): AudioInfo {
  const codec = packet.codec as AudioCodec
  if (codec === 'mp3') return { codec, rfc6381: 'mp4a.40.34' }
  const config = packet.body.subarray(packet.body[0]! >> 4 === 9 ? 5 : 2)
  if (codec !== 'aac' || packet.role !== 'config' || config.length < 2) return { codec }
  const bits = config.readUInt16BE(0)
  const objectType = bits >> 11
  if (objectType === 31) {
    return { codec, rfc6381: `mp4a.40.${32 + ((bits >> 5) & 63)}` }
  }
  const sampleRate = sampleRates[(bits >> 7) & 15]
  const channels = (bits >> 3) & 15
  return { codec, rfc6381: `mp4a.40.${objectType}`, channels, ...(sampleRate && { sampleRate }) }
}

function picture(size: { width: number; height: number } | null) {
  return size && size.width <= maxSide && size.height <= maxSide ? size : undefined
}

/** The first SPS (NAL type 33) of an HEVCDecoderConfigurationRecord, or nothing. */
function findHevcSps(record: Buffer): Buffer {
  let at = 23
  for (let arrays = record[22] ?? 0; arrays > 0 && at + 5 <= record.length; arrays--) {
    const type = record[at]! & 63
    const count = record.readUInt16BE(at + 1)
    at += 3
    for (let unit = 0; unit < count && at + 2 <= record.length; unit++) {
      const size = record.readUInt16BE(at)
      if (type === 33) return record.subarray(at + 2, at + 2 + size)
      at += 2 + size
    }
  }
  return Buffer.alloc(0)
}
