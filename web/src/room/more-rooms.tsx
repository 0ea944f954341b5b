/** Other rooms that are live, under the one that is open. */
import { useMemo } from 'react'
import { LiveCard } from '../home/live-card.tsx'
import { useLiveList } from '../home/queries.ts'
import { useCategories } from '../home/use-categories.ts'
import { useT } from '../i18n/index.ts'
import styles from './room.module.css'

export function MoreRooms({ except }: { except: string }) {
  const { t } = useT()
  const categories = useCategories()
  const { data } = useLiveList(undefined, '')
  const cards = useMemo(
    () =>
      data?.pages[0]?.items
        .filter(({ id, status }) => id !== except && status === 'live')
        .slice(0, 8) ?? [],
    [data, except],
  )
  if (cards.length === 0) return null
  return (
    <section className={styles['more']} aria-label={t('room.more')}>
      <h2>{t('room.more')}</h2>
      <div className={styles['grid']}>
        {cards.map((card) => (
          <LiveCard key={card.id} card={card} categories={categories} />
        ))}
      </div>
    </section>
  )
}
