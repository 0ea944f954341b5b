/** Loudness of a video, kept for the next room. */
import { useCallback, useEffect, useMemo, useState, type RefObject } from 'react'
import { remembered } from '../lib/remembered.ts'

export interface Volume {
  /** 0 to 1. */
  readonly level: number
  readonly muted: boolean
  set(level: number): void
  toggle(): void
}

const stored = remembered('volume', 0.8, (value) =>
  typeof value === 'number' && value >= 0 && value <= 1 ? value : 0.8,
)

export function useVolume(video: RefObject<HTMLVideoElement | null>): Volume {
  const [level, setLevel] = useState(() => stored.read())
  const [muted, setMuted] = useState(false)
  useEffect(() => {
    const element = video.current
    if (!element) return
    element.volume = stored.read()
    const changed = () => {
      setLevel(element.volume)
      setMuted(element.muted)
      stored.write(element.volume)
    }
    element.addEventListener('volumechange', changed)
    return () => element.removeEventListener('volumechange', changed)
  }, [video])
  const set = useCallback(
    (next: number) => {
      const element = video.current
      if (!element) return
      element.volume = next
      element.muted = next === 0
    },
    [video],
  )
  const toggle = useCallback(() => {
    const element = video.current
    if (!element) return
    element.muted = !element.muted
    if (!element.muted && element.volume === 0) element.volume = 0.5
  }, [video])
  return useMemo(() => ({ level, muted, set, toggle }), [level, muted, set, toggle])
}
