/** One live room in a grid: cover, how many watch, title, host, category. */
import { EyeOutlined, PlayCircleFilled } from '@ant-design/icons'
import { Link } from 'react-router'
import type { Category, LiveCard as Card } from '../../../sdk/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { Bone } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { clock, fullNumber, shortNumber, ago } from '../lib/format.ts'
import { Cover } from './cover.tsx'
import styles from './live-card.module.css'

export function LiveCard({ card, categories }: { card: Card; categories: readonly Category[] }) {
  const { t, language, locale } = useT()
  const live = card.status === 'live' || card.status === 'interrupted' || card.status === 'paused'
  const category = categories.find(({ id }) => id === card.category)
  return (
    <Link to={`/live/${card.id}`} className={styles['card']}>
      <span className={styles['cover']}>
        <Cover id={card.id} url={card.cover} />
        {live ? (
          <>
            <span className={styles['live']}>{t('live.chip')}</span>
            <span
              className={`${styles['viewers']} number`}
              aria-label={t('live.viewers', { count: fullNumber(card.viewers, locale) })}
            >
              <EyeOutlined aria-hidden /> {shortNumber(card.viewers, locale)}
            </span>
          </>
        ) : (
          <span className={styles['off']}>{t('live.offline')}</span>
        )}
      </span>
      <span className={styles['about']}>
        <Avatar
          id={card.host.id}
          name={card.host.displayName}
          url={card.host.avatar}
          size={36}
          live={live}
        />
        <span className={styles['words']}>
          <span className={`${styles['title']} foreign`}>{calmText(card.title)}</span>
          <span className={styles['meta']}>
            <span className="foreign one-line">{calmText(card.host.displayName, 40)}</span>
            {category && <span className={styles['chip']}>{category[language]}</span>}
          </span>
        </span>
      </span>
    </Link>
  )
}

export interface ReplayOf {
  readonly id: string
  readonly title: string
  readonly seconds: number
  readonly startedAt: string
  readonly card: Card
}

export function ReplayCard({ replay }: { replay: ReplayOf }) {
  const { locale } = useT()
  return (
    <Link to={`/replay/${replay.id}`} className={styles['card']}>
      <span className={styles['cover']}>
        <Cover id={replay.id} url={replay.card.cover} />
        <span className={styles['play']}>
          <PlayCircleFilled aria-hidden />
        </span>
        <span className={`${styles['viewers']} number`}>{clock(replay.seconds * 1000, true)}</span>
      </span>
      <span className={styles['about']}>
        <span className={styles['words']}>
          <span className={`${styles['title']} foreign`}>{calmText(replay.title)}</span>
          <span className={styles['meta']}>
            <span className="foreign one-line">{calmText(replay.card.host.displayName, 40)}</span>
            <span className={styles['when']}>{ago(replay.startedAt, locale)}</span>
          </span>
        </span>
      </span>
    </Link>
  )
}

export function CardBones({ count }: { count: number }) {
  return Array.from({ length: count }, (_, at) => (
    <span key={at} className={styles['card']} aria-hidden="true">
      <span className={styles['cover']}>
        <Bone height="100%" />
      </span>
      <span className={styles['about']}>
        <Bone width={36} height={36} round />
        <span className={styles['words']}>
          <Bone width="90%" />
          <Bone width="50%" height={12} />
        </span>
      </span>
    </span>
  ))
}
