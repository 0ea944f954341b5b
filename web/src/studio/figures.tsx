/** The session in four tiles. */
import { useEffect, useState } from 'react'
import type { LiveRoom } from '../../../sdk/index.ts'
import { useRoom } from '../../../sdk/react/index.ts'
import { useT } from '../i18n/index.ts'
import { shortNumber } from '../lib/format.ts'
import { Sparkline } from './sparkline.tsx'
import { useHistory } from './use-history.ts'
import styles from './studio.module.css'

const SAMPLE_MS = 3000

export function Figures({ room }: { room: LiveRoom | undefined }) {
  const { t, locale } = useT()
  const viewers = useRoom(room, (view) => view.audience.count) ?? 0
  const totals = useRoom(room, (view) => view.live.totals)
  const likes = useRoom(room, (view) => view.like.count) ?? 0
  const [tick, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((before) => before + 1), SAMPLE_MS)
    return () => clearInterval(timer)
  }, [])
  const coins = totals?.coins ?? 0
  const danmaku = totals?.danmaku ?? 0
  const tiles = [
    {
      label: t('figures.viewers'),
      value: viewers,
      hint: t('figures.peak', { count: shortNumber(totals?.peak ?? 0, locale) }),
      tone: 'accent' as const,
    },
    {
      label: t('figures.coins'),
      value: coins,
      hint: t('figures.gifts', { count: shortNumber(totals?.gifts ?? 0, locale) }),
      tone: 'gold' as const,
    },
    {
      label: t('figures.danmaku'),
      value: danmaku,
      hint: t('figures.views', { count: shortNumber(totals?.views ?? 0, locale) }),
      tone: 'violet' as const,
    },
    { label: t('figures.likes'), value: likes, hint: '\u00a0', tone: 'good' as const },
  ]
  return (
    <div className={styles['tiles']}>
      {tiles.map((tile) => (
        <Tile
          key={tile.label}
          {...tile}
          text={shortNumber(tile.value, locale)}
          tick={room && tick}
        />
      ))}
    </div>
  )
}

function Tile(props: {
  label: string
  value: number
  text: string
  hint: string
  tone: 'accent' | 'gold' | 'violet' | 'good'
  tick: number | undefined
}) {
  const values = useHistory(props.tick === undefined ? undefined : props.value, props.tick)
  return (
    <div className={styles['tile']}>
      <span>{props.label}</span>
      <strong className="number">{props.text}</strong>
      <small>{props.hint}</small>
      <Sparkline values={values} tone={props.tone} />
    </div>
  )
}
