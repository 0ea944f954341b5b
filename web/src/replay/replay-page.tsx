/** A recording, played from its beginning with the browser's own controls. */
import { ArrowLeftOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useClient } from '../../../sdk/react/index.ts'
import { PageLoading, useTitle } from '../frame/page.tsx'
import { Failed } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { clock, dateTime } from '../lib/format.ts'
import { openSource, type Source } from '../player/source.ts'
import { MoreRooms } from '../room/more-rooms.tsx'
import { RoomTheme } from '../theme/theme.tsx'
import styles from './replay.module.css'

export function ReplayPage() {
  const { id = '' } = useParams()
  return (
    <RoomTheme>
      <Replay key={id} id={id} />
    </RoomTheme>
  )
}

function Replay({ id }: { id: string }) {
  const { t, locale } = useT()
  const client = useClient()
  const navigate = useNavigate()
  const video = useRef<HTMLVideoElement>(null)
  const [broken, setBroken] = useState(false)
  const [round, setRound] = useState(0)
  const replay = useQuery({
    queryKey: ['replay', id],
    queryFn: ({ signal }) => client.live.replay(id, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const hls = replay.data?.hls
  const title = calmText(replay.data?.title ?? '')
  useTitle(title || undefined)

  useEffect(() => {
    const element = video.current
    if (!element || !hls) return
    const stop = new AbortController()
    let source: Source | undefined
    const failed = () => {
      if (!stop.signal.aborted) setBroken(true)
    }
    setBroken(false)
    openSource(element, { hls }, { live: false, signal: stop.signal }, { onFailed: failed }).then(
      (opened) => {
        source = opened
        element.play().catch(() => {})
      },
      failed,
    )
    return () => {
      stop.abort()
      source?.stop()
    }
  }, [hls, round])

  if (replay.isPending) return <PageLoading />
  if (replay.isError) return <Failed error={replay.error} retry={() => void replay.refetch()} />
  return (
    <div className={styles['page']}>
      <div className={styles['player']}>
        <video ref={video} controls playsInline aria-label={title} data-testid="replay" />
        {broken && (
          <div className={styles['broken']} role="alert">
            <strong>{t('player.failed')}</strong>
            <button
              type="button"
              onClick={() => void replay.refetch().then(() => setRound(round + 1))}
            >
              {t('common.retry')}
            </button>
          </div>
        )}
      </div>
      <header className={styles['head']}>
        <button type="button" aria-label={t('common.back')} onClick={() => void navigate('/')}>
          <ArrowLeftOutlined />
        </button>
        <div>
          <h1 className="foreign">{title}</h1>
          <p className="number">
            {t('replay.meta', {
              when: dateTime(replay.data.startedAt, locale),
              length: clock(replay.data.seconds * 1000, true),
            })}
          </p>
        </div>
      </header>
      <MoreRooms except="" />
    </div>
  )
}
