/** Live rooms as the directory shows them. */

export type ChannelStatus = 'idle' | 'live' | 'interrupted' | 'paused' | 'ended' | 'suspended'

export interface Category {
  readonly id: string
  readonly zh: string
  readonly en: string
}

export interface LiveCard {
  readonly id: string
  /** The room's key: `live_<id>`. */
  readonly room: string
  readonly title: string
  readonly category: string
  /** Path of the image on this server. */
  readonly cover?: string
  readonly host: { readonly id: string; readonly displayName: string; readonly avatar?: string }
  readonly status: ChannelStatus
  readonly viewers: number
  /** ISO 8601; of the session under way. */
  readonly startedAt?: string
}

/** The signed-in user's own room. */
export interface MyLive extends LiveCard {
  /** Where the streaming program sends to; the key comes after it. */
  readonly rtmpUrl: string
  readonly hasKey: boolean
  /** What comes in now; absent while nothing does. */
  readonly stream?: IncomingStream
}

export interface IncomingStream {
  readonly state: 'live' | 'interrupted'
  /** ISO 8601. */
  readonly startedAt: string
  /** As the media node measured it last. */
  readonly health?: StreamHealth
}

export interface StreamHealth {
  /** ISO 8601: when it was measured. */
  readonly at: string
  /** kbit/s. */
  readonly bitrate?: number
  readonly fps?: number
  /** Seconds between two keyframes; more than 4 delays every joining viewer. */
  readonly keyframeSeconds?: number
  readonly width?: number
  readonly height?: number
  readonly codec?: string
}

export interface LivePage {
  readonly items: readonly LiveCard[]
  readonly next?: string
}

export interface LiveInput {
  readonly title: string
  readonly category: string
  readonly cover?: string
}

export interface Playback {
  /** Low latency; absent while nothing is on air. */
  readonly flv?: string
  readonly hls?: string
  /** ISO 8601: ask again before connecting later than this. */
  readonly expiresAt: string
  readonly status: ChannelStatus
}

export interface Replay {
  readonly id: string
  /** Id of the live room. */
  readonly live: string
  readonly title: string
  readonly seconds: number
  /** ISO 8601: when the stream began. */
  readonly startedAt: string
}

/** In characters as people count them. */
export const titleLimit = 60

/** What a live room may be about. */
export const categories = [
  { id: 'music', zh: '音乐', en: 'Music' },
  { id: 'games', zh: '游戏', en: 'Games' },
  { id: 'chat', zh: '聊天', en: 'Just chatting' },
  { id: 'life', zh: '生活', en: 'Life' },
  { id: 'outdoor', zh: '户外', en: 'Outdoors' },
  { id: 'dance', zh: '舞蹈', en: 'Dance' },
  { id: 'food', zh: '美食', en: 'Food' },
  { id: 'sports', zh: '体育', en: 'Sports' },
  { id: 'art', zh: '绘画与手工', en: 'Art and crafts' },
  { id: 'learning', zh: '学习', en: 'Learning' },
  { id: 'tech', zh: '科技', en: 'Technology' },
  { id: 'other', zh: '其他', en: 'Other' },
] as const satisfies readonly Category[]
