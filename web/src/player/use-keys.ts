/** Keys of the page that work while nobody types or stands on another control. */
import { useEffect, useRef } from 'react'

/** Names as in `KeyboardEvent.key`, lower case. */
export function useKeys(keys: Record<string, (() => void) | undefined>): void {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const target = event.target as HTMLElement
      if (
        target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"]')
      )
        return
      const own = event.key === ' ' || event.key === 'Enter'
      if (own && target.closest('button, a, [role="button"], [role="slider"], [role="switch"]'))
        return
      const run = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (!run) return
      event.preventDefault()
      run()
    }
    document.addEventListener('keydown', pressed)
    return () => document.removeEventListener('keydown', pressed)
  }, [])
}
