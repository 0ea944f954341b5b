/** Names and places: which room, and where in its log. */

/** `live_<id>`, `group_<id>`, `dm_<a>_<b>` or `user_<id>`: letters, digits, `_` and `-` only. */
export type RoomKey = string

/** A place in a room's log. `epoch` counts owners and never falls; `seq` is gapless across epochs, from 1. */
export interface Position {
  readonly epoch: number
  readonly seq: number
}

const roomKey = /^(live|group|dm|user)_[A-Za-z0-9_-]{1,80}$/

/** True for a well-formed room key. */
export function isRoomKey(text: unknown): text is RoomKey {
  return typeof text === 'string' && roomKey.test(text)
}

/** The kind of a room: what stands before the first `_` of its key. */
export function kindOf(key: RoomKey): string {
  return key.slice(0, key.indexOf('_'))
}
