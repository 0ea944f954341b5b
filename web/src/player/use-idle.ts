/** True when the pointer has rested on an element, or is not on it. */
import { useEffect, useState, type RefObject } from 'react'

const REST_MS = 2600

export function useIdle(ref: RefObject<HTMLElement | null>): boolean {
  const [idle, setIdle] = useState(true)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const moved = () => {
      setIdle(false)
      clearTimeout(timer)
      timer = setTimeout(() => setIdle(true), REST_MS)
    }
    const left = () => {
      clearTimeout(timer)
      setIdle(true)
    }
    element.addEventListener('pointermove', moved)
    element.addEventListener('pointerdown', moved)
    element.addEventListener('focusin', moved)
    element.addEventListener('pointerleave', left)
    return () => {
      clearTimeout(timer)
      element.removeEventListener('pointermove', moved)
      element.removeEventListener('pointerdown', moved)
      element.removeEventListener('focusin', moved)
      element.removeEventListener('pointerleave', left)
    }
  }, [ref])
  return idle
}
