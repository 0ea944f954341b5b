/** The hottest room running at the top of the page, silent, with the next ones beside it. */
import { EyeOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { LiveCard } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { shortNumber } from '../lib/format.ts'
import { REDUCED_MOTION, useMedia } from '../lib/use-media.ts'
import { openSource, type Source } from '../player/source.ts'
import { Cover } from './cover.tsx'
import styles from './hero.module.css'

const BESIDE = 4

export function Hero({ cards }: { cards: readonly LiveCard[] }) {
  const { t, locale } = useT()
  const navigate = useNavigate()
  const [chosen, choose] = useState<string>()
  const shown = cards.slice(0, BESIDE)
  const card = shown.find(({ id }) => id === chosen) ?? shown[0]
  if (!card) return null
  return (
    <section
      className={styles['hero']}
      data-alone={shown.length === 1 || undefined}
      aria-label={t('home.featured')}
    >
      <div className={styles['stage']}>
        <Link
          to={`/live/${card.id}`}
          className={styles['picture']}
          tabIndex={-1}
          aria-hidden="true"
        >
          <Cover id={card.id} url={card.cover} />
          <Preview key={card.id} id={card.id} />
        </Link>
        <div className={styles['words']}>
          <span className={styles['chips']}>
            <span className={styles['live']}>{t('live.chip')}</span>
            <span className="number">
              <EyeOutlined aria-hidden />{' '}
              {t('live.viewers', { count: shortNumber(card.viewers, locale) })}
            </span>
          </span>
          <h1 className={`${styles['title']} foreign`}>{calmText(card.title)}</h1>
          <span className={styles['host']}>
            <Avatar
              id={card.host.id}
              name={card.host.displayName}
              url={card.host.avatar}
              size={32}
            />
            <span className="foreign one-line">{calmText(card.host.displayName, 40)}</span>
          </span>
          <Button type="primary" size="large" onClick={() => navigate(`/live/${card.id}`)}>
            {t('home.enter')}
          </Button>
        </div>
      </div>
      {shown.length > 1 && (
        <ul className={styles['beside']}>
          {shown.map((other) => (
            <li key={other.id}>
              <button
                type="button"
                className={styles['next']}
                aria-pressed={other.id === card.id}
                onClick={() => choose(other.id)}
              >
                <span className={styles['thumb']}>
                  <Cover id={other.id} url={other.cover} />
                </span>
                <span className={styles['nextWords']}>
                  <span className={`${styles['nextTitle']} foreign`}>{calmText(other.title)}</span>
                  <span className={styles['nextMeta']}>
                    <span className="foreign one-line">{calmText(other.host.displayName, 40)}</span>
                    <span className="number">
                      <EyeOutlined aria-hidden /> {shortNumber(other.viewers, locale)}
                    </span>
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Runs once the page is idle; not on a metered line, not for those who want less motion. */
function Preview({ id }: { id: string }) {
  const client = useClient()
  const still = useMedia(REDUCED_MOTION)
  const ref = useRef<HTMLVideoElement>(null)
  const [running, setRunning] = useState(false)
  useEffect(() => {
    const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData
    const video = ref.current
    if (!video || still || saving) return
    const stop = new AbortController()
    let source: Source | undefined
    const wait = setTimeout(async () => {
      try {
        const playback = await client.live.playback(id, { signal: stop.signal })
        if (playback.status !== 'live') return
        const opened = await openSource(
          video,
          playback,
          { live: true, signal: stop.signal, patience: 2 },
          {
            onFailed: () => setRunning(false),
          },
        )
        source = opened
        await video.play()
      } catch {
        // the cover stays: a preview that cannot run is no news
      }
    }, 600)
    const hidden = () => void (document.hidden ? video.pause() : video.play().catch(() => {}))
    document.addEventListener('visibilitychange', hidden)
    return () => {
      stop.abort()
      clearTimeout(wait)
      document.removeEventListener('visibilitychange', hidden)
      source?.stop()
    }
  }, [client, id, still])
  return (
    <video
      ref={ref}
      className={styles['preview']}
      data-running={running || undefined}
      muted
      playsInline
      disablePictureInPicture
      tabIndex={-1}
      onPlaying={() => setRunning(true)}
    />
  )
}
