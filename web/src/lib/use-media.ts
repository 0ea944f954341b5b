/** Media queries as React state. */
import { useSyncExternalStore } from 'react'

/** Whether the media query matches now; follows changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query)
      list.addEventListener('change', changed)
      return () => list.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
  )
}

export const PHONE = '(max-width: 767px)'
export const WIDE = '(min-width: 1200px)'
export const REDUCED_MOTION = '(prefers-reduced-motion: reduce)'

/** Whether the page is laid out for a phone. */
export function usePhone(): boolean {
  return useMedia(PHONE)
}
