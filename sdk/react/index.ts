/** React hooks over the SDK. All values come through useSyncExternalStore, so that no render tears. */

export { PlazaProvider, useClient } from './provider.ts'
export { useLive } from './use-live.ts'
export type { UseLive } from './live-stay.ts'
export { useRoom } from './use-room.ts'
export { useRoomEvent } from './use-room-event.ts'
export { useUser } from './use-user.ts'
