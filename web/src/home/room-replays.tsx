/** What a room has on record. */
import { useQuery } from '@tanstack/react-query'
import type { LiveCard } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { useT } from '../i18n/index.ts'
import { ReplayCard } from './live-card.tsx'
import styles from './room-replays.module.css'

const SHOWN = 8

export function RoomReplays({ card }: { card: LiveCard }) {
  const { t } = useT()
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['replays', card.id],
    queryFn: ({ signal }) => client.live.replays(card.id, { signal }),
    staleTime: 120_000,
    retry: false,
  })
  if (!data?.length) return null
  return (
    <section className={styles['replays']} aria-label={t('room.replays')}>
      <h2>{t('room.replays')}</h2>
      <div>
        {data.slice(0, SHOWN).map((replay) => (
          <ReplayCard key={replay.id} replay={{ ...replay, card }} />
        ))}
      </div>
    </section>
  )
}
