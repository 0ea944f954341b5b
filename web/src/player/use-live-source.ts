/** Keeps a live picture running: opens, falls back, waits and opens again until the live is over. */
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'
import type { LiveStatus } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { openSource, type Patience, type Source, type SourceKind } from './source.ts'

/** `still`: nothing to play now. `failed`: several tries went wrong; more follow, or `retry()`. */
export type Phase = 'still' | 'loading' | 'playing' | 'stalled' | 'failed'

export interface LiveSource {
  readonly phase: Phase
  readonly kind: SourceKind | undefined
  readonly size: { readonly width: number; readonly height: number } | undefined
  /** The browser refused sound before a gesture; the picture runs muted. */
  readonly silenced: boolean
  latency(): number | undefined
  retry(): void
}

const HLS_AFTER = 2
const FAILED_AFTER = 4
const STALLS = 3
const STALL_WINDOW_MS = 30_000

/** @param stream changes with each broadcast, so that a new one is opened anew */
export function useLiveSource(
  ref: RefObject<HTMLVideoElement | null>,
  id: string,
  stream: string | undefined,
  status: LiveStatus | undefined,
): LiveSource {
  const client = useClient()
  const [phase, setPhase] = useState<Phase>('still')
  const [kind, setKind] = useState<SourceKind>()
  const [size, setSize] = useState<LiveSource['size']>()
  const [silenced, setSilenced] = useState(false)
  const [round, setRound] = useState(0)
  const source = useRef<Source | undefined>(undefined)
  const latency = useCallback(() => source.current?.latency(), [])
  const on = status === 'live' || status === 'interrupted'

  useEffect(() => {
    const video = ref.current
    if (!video || !on) {
      setPhase('still')
      return
    }
    const stop = new AbortController()
    const { signal } = stop
    let attempts = 0
    let patience: Patience = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const stalls: number[] = []

    const close = () => {
      source.current?.stop()
      source.current = undefined
    }
    const again = () => {
      if (signal.aborted) return
      close()
      attempts++
      setPhase(attempts >= FAILED_AFTER ? 'failed' : 'loading')
      clearTimeout(timer)
      timer = setTimeout(open, Math.min(10_000, 400 * 2 ** attempts) * (0.7 + Math.random() * 0.6))
    }
    const open = async () => {
      try {
        const playback = await client.live.playback(id, { signal })
        const opened = await openSource(
          video,
          playback,
          {
            live: true,
            signal,
            patience,
            ...(attempts >= HLS_AFTER && playback.hls ? { prefer: 'hls' } : {}),
          },
          { onFailed: again, onSize: (width, height) => width > 0 && setSize({ width, height }) },
        )
        source.current = opened
        setKind(opened.kind)
        await start(video, setSilenced)
      } catch {
        if (!signal.aborted) again()
      }
    }
    const playing = () => {
      attempts = 0
      setPhase('playing')
    }
    const waiting = () => {
      setPhase((before) => (before === 'playing' ? 'stalled' : before))
      const now = Date.now()
      stalls.push(now)
      if (stalls.filter((at) => now - at < STALL_WINDOW_MS).length < STALLS || patience === 2)
        return
      stalls.length = 0
      patience = (patience + 1) as Patience
      close()
      void open()
    }
    video.addEventListener('playing', playing, { signal })
    video.addEventListener('waiting', waiting, { signal })
    video.addEventListener('volumechange', () => !video.muted && setSilenced(false), { signal })
    setPhase('loading')
    void open()
    return () => {
      stop.abort()
      clearTimeout(timer)
      close()
    }
  }, [client, id, on, ref, round, stream])

  return {
    phase,
    kind,
    size,
    silenced,
    latency,
    retry: () => setRound((before) => before + 1),
  }
}

/** Starts with sound; where the browser wants a gesture first, without. */
async function start(video: HTMLVideoElement, silenced: (value: boolean) => void): Promise<void> {
  try {
    await video.play()
  } catch (error) {
    if ((error as Error).name !== 'NotAllowedError') return
    video.muted = true
    silenced(true)
    await video.play().catch(() => {})
  }
}
