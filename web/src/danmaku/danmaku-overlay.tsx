/** The canvas over the player on which a room's danmaku fly. Decoration: the chat list is the text. */
import { useEffect, useRef } from 'react'
import type { Danmaku } from '../../../sdk/index.ts'
import { REDUCED_MOTION, useMedia } from '../lib/use-media.ts'
import { DanmakuLayer } from './layer.ts'
import { defaults, type DanmakuSettings } from './settings.ts'
import styles from './danmaku-overlay.module.css'

export interface DanmakuSource {
  on(event: 'danmaku', fn: (batch: readonly Danmaku[]) => void): () => void
}

export function DanmakuOverlay(props: {
  source: DanmakuSource | undefined
  me: string | undefined
  settings: DanmakuSettings
  paused: boolean
}) {
  const { source, me, settings, paused } = props
  const still = useMedia(REDUCED_MOTION)
  const canvas = useRef<HTMLCanvasElement>(null)
  const layer = useRef<DanmakuLayer>(undefined)

  useEffect(() => {
    const element = canvas.current!
    const made = new DanmakuLayer(element, defaults)
    layer.current = made
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      if (width > 0 && height > 0) made.resize(width, height)
    })
    observer.observe(element.parentElement!)
    const hidden = () => made.clear()
    document.addEventListener('visibilitychange', hidden)
    Object.assign(element, { figures: made.figures })
    return () => {
      observer.disconnect()
      document.removeEventListener('visibilitychange', hidden)
      made.stop()
    }
  }, [])

  useEffect(
    () => layer.current?.set(still ? { ...settings, on: false } : settings),
    [settings, still],
  )
  useEffect(() => layer.current?.pause(paused), [paused])
  useEffect(
    () =>
      source?.on('danmaku', (batch) => {
        for (const line of batch) {
          layer.current?.push({
            id: line.id,
            text: line.text,
            mode: line.mode,
            color: line.color,
            own: line.user.id === me,
            mention: me !== undefined && line.mentions.includes(me),
          })
        }
      }),
    [source, me],
  )
  return (
    <canvas ref={canvas} className={styles['canvas']} aria-hidden="true" data-testid="danmaku" />
  )
}
