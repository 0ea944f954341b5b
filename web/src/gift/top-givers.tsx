/** The first three givers of the session with their crowns, and the list of ten. */
import type { LiveRoom } from '../../../sdk/index.ts'
import { useRoom } from '../../../sdk/react/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { CrownGlyph } from '../frame/glyphs.tsx'
import { Empty } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { Coins } from './coins.tsx'
import styles from './top-givers.module.css'

const PLACES = [1, 2, 3] as const

export function TopThree({ room }: { room: LiveRoom | undefined }) {
  const { t } = useT()
  const top = useRoom(room, (view) => view.gift.top) ?? []
  return (
    <ol className={styles['three']} aria-label={t('gift.topThree')}>
      {PLACES.map((place) => {
        const giver = top[place - 1]
        return (
          <li key={place} className={styles['giver']} data-place={place}>
            <span className={styles['face']}>
              {giver ? (
                <Avatar id={giver.id} name={giver.name} size={place === 1 ? 44 : 38} />
              ) : (
                <span className={styles['seat']} aria-hidden="true" />
              )}
              <span className={styles['crown']}>
                <CrownGlyph place={place} />
              </span>
            </span>
            <span className={`${styles['name']} foreign one-line`}>
              {giver ? calmText(giver.name, 24) : t('gift.freeSeat')}
            </span>
            {giver && (
              <span className={styles['amount']}>
                <Coins amount={giver.amount} short size={12} />
              </span>
            )}
          </li>
        )
      })}
    </ol>
  )
}

export function Ranking({ room }: { room: LiveRoom | undefined }) {
  const { t } = useT()
  const top = useRoom(room, (view) => view.gift.top) ?? []
  if (top.length === 0) return <Empty text={t('gift.noneYet')} hint={t('gift.noneYetHint')} />
  return (
    <ol className={styles['list']}>
      {top.map((giver, at) => (
        <li key={giver.id}>
          <span className={`${styles['rank']} number`} data-place={at < 3 ? at + 1 : undefined}>
            {at + 1}
          </span>
          <Avatar id={giver.id} name={giver.name} size={32} />
          <span className="foreign one-line">{calmText(giver.name, 40)}</span>
          <Coins amount={giver.amount} />
        </li>
      ))}
    </ol>
  )
}
