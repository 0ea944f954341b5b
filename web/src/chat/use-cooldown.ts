/** Milliseconds left until a point in time, counted down by the second. */
import { useEffect, useState } from 'react'

/** @param until ms since 1970; 0 for none */
export function useCooldown(until: number): number {
  const [left, setLeft] = useState(() => Math.max(0, until - Date.now()))
  useEffect(() => {
    const update = () => setLeft(Math.max(0, until - Date.now()))
    update()
    if (until <= Date.now()) return
    const timer = setInterval(() => {
      update()
      if (until <= Date.now()) clearInterval(timer)
    }, 250)
    return () => clearInterval(timer)
  }, [until])
  return left
}
