/** The messages inside `ROOM_DATA`: what each one-letter type carries. */

/** A client's command: the idempotency key (UUIDv7), the name and the input. */
export type Command = readonly [id: string, name: string, input: unknown]

/** What the asker may do about a refusal; the same words as the kernel's. */
export type Retry = 'no' | 'retry' | 'fix' | 'login'

export type Answer =
  | readonly [id: string, ok: 'ok', data: unknown]
  | readonly [
      id: string,
      code: string,
      message: string,
      data: Readonly<Record<string, unknown>>,
      retry: Retry,
    ]

/** An event: its type, its data and when, ms since 1970. */
export type WireEvent = readonly [type: string, data: unknown, at: number]

/** The first message after a join: all that the client needs to fold what follows. */
export interface Welcome {
  readonly v: 1
  readonly room: string
  /** The position that `view` shows, or up to which `missed` reaches. */
  readonly epoch: number
  readonly seq: number
  /** The server's clock, ms since 1970. */
  readonly now: number
  readonly you: {
    readonly id: string
    readonly name: string
    readonly roles: readonly string[]
    readonly can: readonly string[]
  }
  /** True: `missed` holds every numbered event after the position that the client gave. */
  readonly recovered: boolean
  /** The room after those events: it also holds what has no number, such as likes and the audience. */
  readonly view?: Readonly<Record<string, unknown>>
  readonly missed?: readonly WireEvent[]
}

/** Numbered events `firstSeq`, `firstSeq + 1`, …: in order, without gap, never sampled. */
export type MustFrame = readonly [epoch: number, firstSeq: number, events: readonly WireEvent[]]
/** Lines within the room's budget, and how many were shed since the last frame. */
export type ShouldFrame = readonly [epoch: number, events: readonly WireEvent[], shed: number]
/** Aggregates: one event of a type stands for all of its kind since the last frame. */
export type MayFrame = readonly [epoch: number, events: readonly WireEvent[]]

export interface ServerMessages {
  a: Answer
  w: Welcome
  m: MustFrame
  s: ShouldFrame
  y: MayFrame
}

/** How each lane's frames are called on the wire. */
export const laneType = { must: 'm', should: 's', may: 'y' } as const

/** Longest id and command name that a server looks at. */
const maxIdLength = 64
const maxNameLength = 64

/** A command as it came in; undefined where it is none. Its id and input are checked by the room. */
export function parseCommand(value: unknown): Command | undefined {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return undefined
  const [id, name, input] = value as unknown[]
  if (typeof id !== 'string' || !id || id.length > maxIdLength) return undefined
  if (typeof name !== 'string' || !name || name.length > maxNameLength) return undefined
  return [id, name, input]
}
