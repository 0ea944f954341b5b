/** Events of a room in a component. */

import { useEffect, useEffectEvent } from 'react'
import type { LiveRoom, LiveRoomEvents } from '../client.ts'

/** Calls the `fn` of the latest render for each event while mounted; a new `fn` does not subscribe anew. */
export function useRoomEvent<E extends keyof LiveRoomEvents>(
  room: LiveRoom | undefined,
  type: E,
  fn: LiveRoomEvents[E],
): void {
  const call = useEffectEvent((...args: any[]) => (fn as (...args: any[]) => void)(...args))
  useEffect(
    () => room?.on(type, ((...args: any[]) => call(...args)) as LiveRoomEvents[E]),
    [room, type],
  )
}
