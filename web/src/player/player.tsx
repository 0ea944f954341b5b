/** The live player: picture, danmaku, controls, and what is said when there is no picture. */
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react'
import type { LiveRoom, LiveStatus } from '../../../sdk/index.ts'
import { DanmakuOverlay } from '../danmaku/danmaku-overlay.tsx'
import type { DanmakuSettings } from '../danmaku/settings.ts'
import { Cover } from '../home/cover.tsx'
import { useT } from '../i18n/index.ts'
import { Controls } from './controls.tsx'
import { useIdle } from './use-idle.ts'
import { useKeys } from './use-keys.ts'
import { useLiveSource } from './use-live-source.ts'
import { useVolume } from './use-volume.ts'
import styles from './player.module.css'

export interface PlayerProps {
  readonly id: string
  readonly title: string
  readonly host: string
  readonly cover?: string | undefined
  readonly status: LiveStatus | undefined
  readonly stream: string | undefined
  readonly room: LiveRoom | undefined
  readonly me: string | undefined
  readonly settings: DanmakuSettings
  onSettings(settings: DanmakuSettings): void
  readonly theatre?: boolean | undefined
  onTheatre?: (() => void) | undefined
  onHelp(): void
  onPortrait?(portrait: boolean): void
  /** Gift effects, drawn over the picture and under the controls. */
  readonly over?: ReactNode
  /** In the corner, on phones: the way back. */
  readonly corner?: ReactNode
}

export function Player(props: PlayerProps) {
  const { id, status, stream, settings, onSettings, onPortrait } = props
  const { t } = useT()
  const video = useRef<HTMLVideoElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const source = useLiveSource(video, id, stream, status)
  const volume = useVolume(video)
  const [paused, setPaused] = useState(false)
  const idle = useIdle(box)
  const portrait = source.size !== undefined && source.size.height > source.size.width

  useEffect(() => onPortrait?.(portrait), [onPortrait, portrait])
  useMediaSession(props.title, props.host, video)

  const toggle = useCallback(() => {
    const element = video.current
    if (!element) return
    if (element.paused) void element.play().catch(() => {})
    else element.pause()
  }, [])
  const fullscreen = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen()
    else void box.current?.requestFullscreen?.().catch(() => {})
  }, [])
  const danmaku = useCallback(
    () => onSettings({ ...settings, on: !settings.on }),
    [onSettings, settings],
  )
  useKeys({
    ' ': toggle,
    m: volume.toggle,
    f: fullscreen,
    d: danmaku,
    t: props.onTheatre,
    '?': props.onHelp,
  })

  return (
    <section
      ref={box}
      className={styles['player']}
      aria-label={t('player.label')}
      data-idle={(idle && !paused) || undefined}
      data-phase={source.phase}
      data-testid="player"
    >
      {source.phase !== 'playing' && source.phase !== 'stalled' && (
        <div className={styles['backdrop']} aria-hidden="true">
          <Cover id={id} url={props.cover} />
        </div>
      )}
      <video
        ref={video}
        className={styles['video']}
        playsInline
        aria-label={props.title}
        onPlay={() => setPaused(false)}
        onPause={() => setPaused(true)}
        onClick={toggle}
        onDoubleClick={fullscreen}
        hidden={source.phase === 'still'}
      />
      <DanmakuOverlay source={props.room} me={props.me} settings={settings} paused={paused} />
      {props.over}
      <Notice status={status} phase={source.phase} retry={source.retry} />
      {source.silenced && volume.muted && source.phase === 'playing' && (
        <button type="button" className={styles['sound']} onClick={volume.toggle}>
          {t('player.tapForSound')}
        </button>
      )}
      {props.corner && <div className={styles['corner']}>{props.corner}</div>}
      <Controls
        on={source.phase !== 'still'}
        paused={paused}
        onToggle={toggle}
        volume={volume}
        source={source}
        settings={settings}
        onSettings={onSettings}
        video={video}
        theatre={props.theatre}
        onTheatre={props.onTheatre}
        onFullscreen={fullscreen}
      />
    </section>
  )
}

/** What stands over the picture while there is none. */
function Notice(props: { status: LiveStatus | undefined; phase: string; retry: () => void }) {
  const { status, phase, retry } = props
  const { t } = useT()
  if (phase === 'playing') return null
  if (status === 'interrupted')
    return <Words title={t('player.interrupted')} hint={t('player.interruptedHint')} busy />
  if (status === 'paused') return <Words title={t('player.paused')} hint={t('player.pausedHint')} />
  if (status === 'ended') return <Words title={t('player.ended')} hint={t('player.endedHint')} />
  if (status === 'idle') return <Words title={t('player.idle')} hint={t('player.idleHint')} />
  if (status === 'suspended')
    return <Words title={t('player.suspended')} hint={t('player.suspendedHint')} />
  if (phase === 'failed') {
    return (
      <Words title={t('player.failed')} hint={t('player.failedHint')}>
        <button type="button" className={styles['retry']} onClick={retry}>
          {t('common.retry')}
        </button>
      </Words>
    )
  }
  return (
    <div className={styles['spinner']} role="status" aria-label={t('common.loading')}>
      <span />
    </div>
  )
}

function Words(props: { title: string; hint: string; busy?: boolean; children?: ReactNode }) {
  return (
    <div className={styles['notice']} role="status">
      {props.busy && (
        <span className={styles['dots']} aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      )}
      <strong>{props.title}</strong>
      <span>{props.hint}</span>
      {props.children}
    </div>
  )
}

/** Lets the keys of the device and its lock screen work on the stream. */
function useMediaSession(
  title: string,
  artist: string,
  video: React.RefObject<HTMLVideoElement | null>,
): void {
  useEffect(() => {
    if (!('mediaSession' in navigator)) return
    const session = navigator.mediaSession
    session.metadata = new MediaMetadata({
      title,
      artist,
      artwork: [{ src: '/icon-512.png', sizes: '512x512' }],
    })
    session.setActionHandler('play', () => void video.current?.play().catch(() => {}))
    session.setActionHandler('pause', () => video.current?.pause())
    return () => {
      session.metadata = null
      session.setActionHandler('play', null)
      session.setActionHandler('pause', null)
    }
  }, [title, artist, video])
}
