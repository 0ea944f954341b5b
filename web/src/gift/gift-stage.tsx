/** Gifts over the picture: counters at the left edge, big ones across the lower third, one at a time. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { GiftSent, LiveRoom } from '../../../sdk/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { REDUCED_MOTION, useMedia } from '../lib/use-media.ts'
import { giftArt } from './art.ts'
import type { Playing } from './animations.ts'
import { Coins } from './coins.tsx'
import { ComboSlots, EffectQueue, type Combo } from './effect-queue.ts'
import { useGiftName } from './use-gift-name.ts'
import styles from './gift-stage.module.css'

const STILL_MS = 2400

export function GiftStage(props: {
  room: LiveRoom | undefined
  me: string | undefined
  effects: boolean
}) {
  const { room, me, effects } = props
  const { t } = useT()
  const named = useGiftName()
  const still = useMedia(REDUCED_MOTION)
  const [combos, setCombos] = useState<readonly Combo[]>([])
  const [shown, setShown] = useState<GiftSent>()
  const [waiting, setWaiting] = useState(0)
  const [queue] = useState(() => new EffectQueue())
  const stage = useRef<HTMLDivElement>(null)
  const busy = useRef(false)

  const advance = useCallback(() => {
    const gift = queue.next()
    busy.current = gift !== undefined
    setWaiting(queue.length)
    setShown(gift)
  }, [queue])

  useEffect(() => {
    if (!room || !effects) return
    const slots = new ComboSlots()
    const off = room.on('gift', (gift) => {
      if (document.hidden) return
      slots.add(gift, Date.now())
      setCombos(slots.combos)
      queue.add(gift, gift.from.id === me)
      if (busy.current) setWaiting(queue.length)
      else advance()
    })
    const timer = setInterval(() => slots.expire(Date.now()) && setCombos(slots.combos), 300)
    return () => {
      off()
      clearInterval(timer)
      queue.clear()
      busy.current = false
      setShown(undefined)
      setCombos([])
    }
  }, [room, me, effects, queue, advance])

  useEffect(() => {
    const root = stage.current
    if (!shown || !root) return
    let gone = false
    let playing: Playing | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const over = () => {
      if (!gone) advance()
    }
    if (still) timer = setTimeout(over, STILL_MS)
    else {
      import('./animations.ts').then(({ playEffect }) => {
        if (gone) return
        playing = playEffect(root, shown.gift)
        void playing.done.then(over)
      }, over)
    }
    return () => {
      gone = true
      clearTimeout(timer)
      playing?.stop()
    }
  }, [shown, still, advance])

  if (!effects) return null
  return (
    <div className={styles['over']} data-testid="gift-stage">
      <div ref={stage} className={styles['stage']} aria-hidden="true" />
      <ol className={styles['combos']} aria-hidden="true">
        {combos.map((combo) => (
          <li key={combo.id} className={styles['combo']}>
            <Avatar id={combo.gift.from.id} name={combo.gift.from.name} size={34} />
            <span className={styles['words']}>
              <b className="foreign one-line">{calmText(combo.gift.from.name, 24)}</b>
              <span className="one-line">{t('gift.gave', { gift: named(combo.gift) })}</span>
            </span>
            <img src={giftArt(combo.gift.gift)} alt="" width="40" height="40" />
            <span key={combo.total} className={`${styles['count']} number`}>
              ×{combo.total}
            </span>
          </li>
        ))}
      </ol>
      {shown && (
        <div className={styles['banner']} data-testid="gift-banner">
          {still && <img src={giftArt(shown.gift)} alt="" width="44" height="44" />}
          <span className={styles['bannerWords']}>
            <b className="foreign">{calmText(shown.from.name, 24)}</b>
            <span>
              {t('gift.gave', { gift: named(shown) })} ×{shown.count}
            </span>
            {shown.note && <i className="foreign">{calmText(shown.note, 60)}</i>}
          </span>
          <Coins amount={shown.amount} />
          <button type="button" onClick={advance}>
            {waiting > 0 ? t('gift.skipMore', { count: waiting }) : t('gift.skip')}
          </button>
        </div>
      )}
    </div>
  )
}
