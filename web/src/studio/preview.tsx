/** What viewers see, with the state of the broadcast large over it. */
import { useEffect, useRef, useState } from 'react'
import type { LiveStatus, MyLive } from '../../../sdk/index.ts'
import { Cover } from '../home/cover.tsx'
import { useT } from '../i18n/index.ts'
import { clock } from '../lib/format.ts'
import { useLiveSource } from '../player/use-live-source.ts'
import styles from './preview.module.css'

export function Preview(props: {
  live: MyLive
  state: LiveStatus
  session: { readonly startedAt: number; readonly stream: string } | undefined
  now: () => number
}) {
  const { live, state, session, now } = props
  const { t } = useT()
  const video = useRef<HTMLVideoElement>(null)
  const source = useLiveSource(video, live.id, session?.stream, state)
  const on = state === 'live' || state === 'interrupted' || state === 'paused'
  return (
    <section className={styles['preview']} aria-label={t('studio.preview')} data-state={state}>
      <Cover id={live.id} url={live.cover} />
      <video
        ref={video}
        muted
        playsInline
        hidden={source.phase !== 'playing' && source.phase !== 'stalled'}
        aria-label={t('studio.preview')}
      />
      <div className={styles['state']} role="status" data-on={state === 'live' || undefined}>
        {state === 'live' ? (
          <span className={styles['live']}>
            {t('live.chip')}
            <Clock from={session?.startedAt} now={now} />
          </span>
        ) : (
          <>
            <strong>
              {t(`studio.state.${state === 'idle' && live.hasKey ? 'waiting' : state}`)}
            </strong>
            <span>
              {t(`studio.stateHint.${state === 'idle' && live.hasKey ? 'waiting' : state}`)}
            </span>
            {on && <Clock from={session?.startedAt} now={now} />}
            {state === 'idle' && live.hasKey && (
              <span className={styles['wave']} aria-hidden="true">
                <i />
                <i />
                <i />
                <i />
                <i />
              </span>
            )}
          </>
        )}
      </div>
    </section>
  )
}

function Clock({ from, now }: { from: number | undefined; now: () => number }) {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick((before) => before + 1), 500)
    return () => clearInterval(timer)
  }, [])
  if (from === undefined) return null
  return (
    <time className="number" role="timer">
      {clock(now() - from)}
    </time>
  )
}
