/** What an app programs against: the client and a joined live room. */

import type { SessionCommands } from '../rooms/features/live/live.client.ts'
import type { MemberCommands } from '../rooms/features/member/member.client.ts'
import type { Admin } from './admin-api.ts'
import type { RejectError } from './reject-error.ts'
import type {
  Category,
  Danmaku,
  DanmakuOptions,
  GiftAnswer,
  GiftSent,
  GiftSku,
  ImageUse,
  LiveCard,
  LiveInput,
  LivePage,
  LiveView,
  Me,
  MyLive,
  Playback,
  ProfilePatch,
  PublicConfig,
  Replay,
  SessionInfo,
  TopUp,
  UploadedImage,
  PublicProfile,
  Wallet,
  WalletPage,
} from './types.ts'

export type Unsubscribe = () => void

/** Cancels a call; its promise rejects with code `aborted`. */
export interface CallOptions {
  signal?: AbortSignal
}

export interface Client {
  /** The address that is asked now: the given one, or another node's after that one failed. */
  readonly endpoint: string
  readonly auth: Auth
  readonly profile: Profile
  readonly uploads: Uploads
  readonly live: Live
  readonly wallet: WalletApi
  /** For administrators and, in part, platform moderators. */
  readonly admin: Admin
  gifts(options?: CallOptions): Promise<readonly GiftSku[]>
  config(options?: CallOptions): Promise<PublicConfig>
  /** Leaves every room and stops all timers. The session stays stored. */
  close(): void
}

export interface Auth {
  /** The signed-in user; undefined for a guest and before `restore()` settled. */
  readonly user: Me | undefined
  register(input: { name: string; password: string; displayName?: string }): Promise<Me>
  login(input: { name: string; password: string }): Promise<Me>
  logout(): Promise<void>
  /** Gets a new access token now. Rejects with `unauthorized` and signs out when the session is over. */
  refresh(): Promise<Me>
  /** Resumes the stored session silently, on page load; undefined when there is none. Rejects only when offline. */
  restore(): Promise<Me | undefined>
  sessions(options?: CallOptions): Promise<readonly SessionInfo[]>
  revoke(id: string): Promise<void>
  changePassword(input: { current: string; next: string; endOthers: boolean }): Promise<void>
  firstAdmin(input: { token: string; name: string; password: string }): Promise<Me>
  /** Called after every sign-in, sign-out and change of the profile; not called at once. */
  on(event: 'user', fn: (user: Me | undefined) => void): Unsubscribe
}

export interface Profile {
  update(patch: ProfilePatch): Promise<Me>
  setAvatar(image: Uint8Array | Blob, options?: CallOptions): Promise<Me>
  get(id: string, options?: CallOptions): Promise<PublicProfile>
}

export interface Uploads {
  image(image: Uint8Array | Blob, use: ImageUse, options?: CallOptions): Promise<UploadedImage>
}

export interface Live {
  categories(options?: CallOptions): Promise<readonly Category[]>
  list(
    query?: { category?: string; q?: string; cursor?: string; limit?: number },
    options?: CallOptions,
  ): Promise<LivePage>
  get(id: string, options?: CallOptions): Promise<LiveCard>
  /** The signed-in user's own live room; undefined when there is none yet. */
  mine(options?: CallOptions): Promise<MyLive | undefined>
  create(input: LiveInput): Promise<LiveCard>
  update(id: string, patch: Partial<LiveInput>): Promise<LiveCard>
  /** A new stream key; the former one stops working. The key is shown only here. */
  rotateKey(id: string): Promise<{ rtmpUrl: string; key: string }>
  playback(id: string, options?: CallOptions): Promise<Playback>
  replays(id: string, options?: CallOptions): Promise<readonly Replay[]>
  replay(id: string, options?: CallOptions): Promise<Replay & { hls: string }>
  /**
   * Opens the room's socket; resolves once its first view is there. Rejects when the room refuses
   * (`kicked`, `not_found`, …), on abort, and with `offline` when it cannot be reached within `timeoutMs`.
   */
  join(id: string, options?: JoinOptions): Promise<LiveRoom>
}

export interface JoinOptions extends CallOptions {
  /** For the first connection only; later ones are retried without end. Default 15,000. */
  timeoutMs?: number
}

export interface WalletApi {
  get(options?: CallOptions): Promise<Wallet>
  entries(cursor?: string, options?: CallOptions): Promise<WalletPage>
  /** Starts a top-up; open `checkoutUrl` to pay, then ask `topUpState`. The same `id` starts it once. */
  topUp(input: { coins: number; provider: string; id?: string }): Promise<TopUp>
  topUpState(id: string, options?: CallOptions): Promise<TopUp>
}

/**
 * - `connecting`: the first connection is under way.
 * - `online`: commands are answered, events arrive.
 * - `reconnecting`: the connection is lost, the next try is under way or due in `retryInMs`.
 * - `offline`: the device has no network; the next try comes with the network.
 * - `closed`: left, or refused for good; see the `closed` event.
 */
export type RoomStatus = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'

export interface You {
  /** A guest has one for the visit, and the role `guest`. */
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  /** What you may do here: `watch`, `chat`, `gift`, `moderate`, `host`, `platform`. */
  readonly can: readonly string[]
}

/** An event of the room with its place in the order; `seq` is undefined outside the must lane. */
export interface SeenEvent<Data = any> {
  readonly type: string
  readonly data: Data
  /** Server time, ms since 1970. */
  readonly at: number
  readonly epoch: number
  readonly seq: number | undefined
}

export interface LiveRoomEvents {
  /** At most ten batches a second; own lines are in it once, as soon as they are accepted. */
  danmaku: (batch: readonly Danmaku[]) => void
  gift: (gift: GiftSent, event: SeenEvent<GiftSent>) => void
  /** Every event of every lane, after it was folded into the view. */
  event: (event: SeenEvent) => void
  status: (status: RoomStatus, retryInMs: number | undefined) => void
  /** After each reconnect. `gap`: events were missed for good and the view was loaded anew. */
  recovered: (how: { readonly gap: boolean; readonly missed: number }) => void
  closed: (why: { readonly code: number; readonly reason: string }) => void
  /** Lines that the server left out because the room talks faster than anybody reads. */
  shed: (lines: number) => void
}

export type OutgoingStatus = 'queued' | 'sending' | 'sent' | 'failed'

/** A line on its way. `acked` may be ignored: its rejection raises no unhandled error. */
export interface Outgoing<T> {
  /** Changes at most once, when a line that waited for the connection is sent at last. */
  readonly id: string
  readonly status: OutgoingStatus
  /** The line as the room shows it. Rejects with RejectError. */
  readonly acked: Promise<T>
  /**
   * Sends a failed line again under the same id, so that it appears once whatever happened before; only
   * after `command.expired`, where the room no longer knows the id, under a new one.
   */
  retry(): Promise<T>
}

export interface LiveRoom {
  readonly id: string
  readonly key: string
  readonly status: RoomStatus
  /** Until the next try, while `reconnecting`; undefined when a try is under way. */
  readonly retryInMs: number | undefined
  /** A new reference per change; unchanged parts keep theirs. */
  readonly view: LiveView
  readonly you: You
  /** Server time now, ms since 1970. */
  now(): number
  on<E extends keyof LiveRoomEvents>(event: E, fn: LiveRoomEvents[E]): Unsubscribe
  /** Calls `fn` at once and whenever the selection changed (`Object.is` unless `equal` is given). */
  select<T>(
    selector: (view: LiveView) => T,
    fn: (value: T) => void,
    equal?: (a: T, b: T) => boolean,
  ): Unsubscribe
  readonly danmaku: {
    /** Queued while offline, in order, up to 20 lines and 30 s. */
    send(text: string, options?: DanmakuOptions): Outgoing<Danmaku>
    /** Seconds between two lines of a viewer; 0 ends slow mode. */
    slow(seconds: number): Promise<{ seconds: number }>
  }
  readonly likes: {
    /** Collected and sent every 300 ms; lost when the room is not online. */
    add(count?: number): void
  }
  readonly gifts: {
    /**
     * Never queued: rejects with `offline` at once when the room is not online. `key` (a UUIDv7 of
     * `newId()`) makes a repeated call the same gift; without it each call is a new one.
     * Rejects with `outcome_unknown` when no sure answer came; calling again with the same `key` tells.
     */
    send(input: { gift: string; count?: number; key?: string; note?: string }): Promise<GiftAnswer>
  }
  readonly session: SessionCommands
  readonly members: MemberCommands
  /** A fresh command id on the server's clock. */
  newId(): string
  /** Asks any command by name. Kept over reconnects and sent again under the same id. */
  command<Answer = unknown>(name: string, input: unknown, id?: string): Promise<Answer>
  leave(): void
}

/** A call of an app that was refused; for type annotations in `catch`. */
export type Rejection = RejectError
