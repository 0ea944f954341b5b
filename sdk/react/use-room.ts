/** A selection of a room's view. */

import { useCallback, useRef, useSyncExternalStore } from 'react'
import type { LiveRoom } from '../client.ts'
import type { LiveView } from '../types.ts'

/**
 * Renders again only when the selection changed. `equal` (default `Object.is`) is for selectors that make
 * new objects. Undefined while there is no room.
 */
export function useRoom<T>(
  room: LiveRoom | undefined,
  selector: (view: LiveView) => T,
  equal: (a: T, b: T) => boolean = Object.is,
): T | undefined {
  const subscribe = useCallback(
    (changed: () => void) => room?.select((view) => view, changed) ?? (() => {}),
    [room],
  )
  const last = useRef<{ value: T } | undefined>(undefined)
  const read = (): T | undefined => {
    if (!room) return undefined
    const value = selector(room.view)
    // The same reference for an equal selection, or React would render without end.
    if (!last.current || !equal(last.current.value, value)) last.current = { value }
    return last.current.value
  }
  return useSyncExternalStore(subscribe, read, read)
}
