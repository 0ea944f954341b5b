/** One audio or video message of a publisher, classified from its first bytes. */

export type VideoCodec = 'h264' | 'h265' | 'av1' | 'vp9'
export type AudioCodec = 'aac' | 'mp3' | 'opus' | 'flac'

/**
 * `config`: decoder configuration (sequence header). `key`: decodable on its own once the
 * configuration is known. `frame`: needs what came before. Audio frames are `frame`.
 */
export type PacketRole = 'config' | 'key' | 'frame'

export interface MediaPacket {
  readonly kind: 'audio' | 'video'
  readonly role: PacketRole
  readonly codec: VideoCodec | AudioCodec
  /** Decoding time in ms, as the publisher counts it. */
  readonly time: number
  /** FLV tag body. Valid only during the call it is passed to: the parser reuses its memory. */
  readonly body: Buffer
}

const videoFourCc: Readonly<Record<string, VideoCodec>> = {
  avc1: 'h264',
  hvc1: 'h265',
  av01: 'av1',
  vp09: 'vp9',
}
const audioFourCc: Readonly<Record<string, AudioCodec>> = {
  mp4a: 'aac',
  '.mp3': 'mp3',
  Opus: 'opus',
  fLaC: 'flac',
}

/**
 * The packet, or undefined for what carries no picture or sound (command frames, ends of sequence,
 * HDR metadata), is cut short or is of a codec that no current player knows.
 * Enhanced RTMP (a FourCC in place of the codec number) is understood.
 */
export function classifyVideo(body: Buffer, time: number): MediaPacket | undefined {
  if (body.length < 5) return undefined
  const frameType = (body[0]! >> 4) & 7
  const enhanced = (body[0]! & 0x80) !== 0
  const low = body[0]! & 15
  const codec = enhanced ? videoFourCc[body.toString('latin1', 1, 5)] : legacyVideo(low)
  if (!codec || frameType === 5) return undefined
  const type = enhanced ? low : body[1]!
  if (type === 0) return { kind: 'video', role: 'config', codec, time, body }
  if (type !== 1 && !(enhanced && type === 3)) return undefined
  return { kind: 'video', role: frameType === 1 ? 'key' : 'frame', codec, time, body }
}

/** As `classifyVideo`, for an audio message. */
export function classifyAudio(body: Buffer, time: number): MediaPacket | undefined {
  if (body.length < 2) return undefined
  const format = body[0]! >> 4
  const packet = (codec: AudioCodec, config: boolean): MediaPacket => {
    return { kind: 'audio', role: config ? 'config' : 'frame', codec, time, body }
  }
  if (format === 10) return packet('aac', body[1] === 0)
  if (format === 2) return packet('mp3', false)
  if (format !== 9 || body.length < 5) return undefined
  const codec = audioFourCc[body.toString('latin1', 1, 5)]
  const type = body[0]! & 15
  return codec && type <= 1 ? packet(codec, type === 0) : undefined
}

function legacyVideo(codecId: number): VideoCodec | undefined {
  if (codecId === 7) return 'h264'
  // 12 is not in the specification, but encoders in China send H.265 this way.
  return codecId === 12 ? 'h265' : undefined
}
