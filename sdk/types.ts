/** Data that the HTTP API and the rooms give: what a program reads, without behaviour. */

export type { DanmakuOptions } from '../rooms/features/danmaku/danmaku.client.ts'
export type { Danmaku, DanmakuMode } from '../rooms/features/danmaku/danmaku.protocol.ts'
export type { GiftAnswer, GiftSent, Giver } from '../rooms/features/gift/gift.protocol.ts'
export type { LiveInfo, LiveStatus, LiveTotals } from '../rooms/features/live/live.protocol.ts'
export type { MemberRole } from '../rooms/features/member/member.protocol.ts'
/** The folded state of a live room. Parts that did not change keep their reference. */
export type { LiveRoomView as LiveView } from '../rooms/kinds/live.client.ts'
export type {
  NodeAction,
  NodeFigures,
  NodeRow,
  RelayRow,
  RoomAction,
  RoomActionInputs,
  RoomClientRow,
  RoomDetail,
  RoomEventRow,
  RoomPage,
  RoomPast,
  RoomRow,
  RoomSort,
  RoomSquare,
  RoomTrace,
  SilentNode,
  StateNode,
} from '../server/inspector/inspector.protocol.ts'
export type { AuditEvent, AuditPage, AuditVerdict } from '../services/audit/audit.protocol.ts'
export type { SessionInfo } from '../services/accounts/accounts.protocol.ts'
export type {
  Category,
  IncomingStream,
  LiveCard,
  LiveInput,
  LivePage,
  MyLive,
  Playback,
  Replay,
  StreamHealth,
} from '../services/channels/channels.protocol.ts'
export type { TopUp, TopUpState } from '../services/payments/payments.protocol.ts'
export type { Me, ProfilePatch, PublicProfile } from '../services/profiles/profiles.protocol.ts'
export type { ImageUse, UploadedImage } from '../services/uploads/uploads.protocol.ts'
export type {
  GiftSku,
  Wallet,
  WalletEntry,
  WalletMemo,
  WalletPage,
} from '../services/wallet/wallet.protocol.ts'

/** What the platform tells everybody about itself. */
export interface PublicConfig {
  readonly name: string
  readonly rtmpUrl: string
  readonly mediaUrl: string
  readonly version: string
  readonly features: unknown
}
