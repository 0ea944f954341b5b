/** The bar of controls over the lower edge of the player. */
import {
  CaretRightFilled,
  FullscreenOutlined,
  MutedOutlined,
  PauseOutlined,
  SettingOutlined,
  SoundOutlined,
} from '@ant-design/icons'
import { lazy, Suspense, useEffect, useState, type RefObject } from 'react'
import { DanmakuGlyph, PipGlyph, TheatreGlyph } from '../frame/glyphs.tsx'
import { Bone } from '../frame/states.tsx'
import { Pop } from '../frame/pop.tsx'
import { useT } from '../i18n/index.ts'
import type { DanmakuSettings } from '../danmaku/settings.ts'
import type { LiveSource } from './use-live-source.ts'
import type { Volume } from './use-volume.ts'
import styles from './controls.module.css'

const SettingsPanel = lazy(async () => ({
  default: (await import('../danmaku/settings-panel.tsx')).SettingsPanel,
}))

export function Controls(props: {
  on: boolean
  paused: boolean
  onToggle: () => void
  volume: Volume
  source: LiveSource
  settings: DanmakuSettings
  onSettings: (settings: DanmakuSettings) => void
  video: RefObject<HTMLVideoElement | null>
  theatre?: boolean | undefined
  onTheatre?: (() => void) | undefined
  onFullscreen: () => void
}) {
  const { paused, volume, settings, onSettings, source } = props
  const { t } = useT()
  const silent = volume.muted || volume.level === 0
  return (
    <div className={styles['bar']} role="group" aria-label={t('player.controls')}>
      <Control
        label={paused ? t('player.play') : t('player.pause')}
        disabled={!props.on}
        onClick={props.onToggle}
      >
        {paused ? <CaretRightFilled /> : <PauseOutlined />}
      </Control>
      <span className={styles['volume']}>
        <Control label={silent ? t('player.unmute') : t('player.mute')} onClick={volume.toggle}>
          {silent ? <MutedOutlined /> : <SoundOutlined />}
        </Control>
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={silent ? 0 : volume.level}
          aria-label={t('player.volume')}
          style={{ '--at': `${(silent ? 0 : volume.level) * 100}%` } as React.CSSProperties}
          onChange={({ target }) => volume.set(Number(target.value))}
        />
      </span>
      <Latency source={source} />
      <span className={styles['space']} />
      {source.size && (
        <span className={styles['quality']} title={`${source.size.width}×${source.size.height}`}>
          {t('player.source')} {Math.min(source.size.width, source.size.height)}p
        </span>
      )}
      <Control
        label={settings.on ? t('danmaku.off') : t('danmaku.on')}
        pressed={settings.on}
        onClick={() => onSettings({ ...settings, on: !settings.on })}
      >
        <DanmakuGlyph on={settings.on} />
      </Control>
      <Pop label={t('danmaku.settings')} className={styles['control']} button={<SettingOutlined />}>
        {() => (
          <Suspense fallback={<Bone width={280} height={240} />}>
            <SettingsPanel settings={settings} onChange={onSettings} />
          </Suspense>
        )}
      </Pop>
      {document.pictureInPictureEnabled && props.on && (
        <Control label={t('player.pip')} onClick={() => void pip(props.video.current)}>
          <PipGlyph />
        </Control>
      )}
      {props.onTheatre && (
        <span className={styles['wide']}>
          <Control
            label={t('player.theatre')}
            pressed={props.theatre ?? false}
            onClick={props.onTheatre}
          >
            <TheatreGlyph />
          </Control>
        </span>
      )}
      <Control label={t('player.fullscreen')} onClick={props.onFullscreen}>
        <FullscreenOutlined />
      </Control>
    </div>
  )
}

function Control(props: {
  label: string
  pressed?: boolean
  disabled?: boolean
  onClick: () => void
  children: React.ReactNode
}) {
  return (
    <button
      type="button"
      className={styles['control']}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  )
}

/** Seconds behind the edge; only while playing. */
function Latency({ source }: { source: LiveSource }) {
  const { t } = useT()
  const [seconds, setSeconds] = useState<number>()
  const { latency } = source
  const playing = source.phase === 'playing'
  useEffect(() => {
    if (!playing) return setSeconds(undefined)
    const timer = setInterval(() => setSeconds(latency()), 1000)
    return () => clearInterval(timer)
  }, [playing, latency])
  if (!playing) return null
  return (
    <span className={`${styles['latency']} number`}>
      <i aria-hidden="true" />
      {t('live.chip')}
      {seconds !== undefined && <span>{t('player.latency', { seconds: seconds.toFixed(1) })}</span>}
    </span>
  )
}

async function pip(video: HTMLVideoElement | null): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture()
    else await video?.requestPictureInPicture()
  } catch {
    // the browser refuses before the first picture
  }
}
