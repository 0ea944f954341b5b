/** Likes: every press counts, hearts rise, the room's sum stands beside. */
import { HeartFilled } from '@ant-design/icons'
import { useRef } from 'react'
import type { LiveRoom } from '../../../sdk/index.ts'
import { useRoom } from '../../../sdk/react/index.ts'
import { useSession } from '../account/session.tsx'
import { useT } from '../i18n/index.ts'
import { shortNumber } from '../lib/format.ts'
import styles from './like-button.module.css'

const HEARTS_MAX = 12

export function LikeButton({ room, small }: { room: LiveRoom | undefined; small?: boolean }) {
  const { t, locale } = useT()
  const session = useSession()
  const count = useRoom(room, (view) => view.like.count) ?? 0
  const button = useRef<HTMLButtonElement>(null)
  const press = () => {
    if (!room || !session.require()) return
    room.likes.add(1)
    rise(button.current!)
  }
  return (
    <button
      ref={button}
      type="button"
      className={styles['like']}
      data-small={small || undefined}
      title={t('room.like')}
      onClick={press}
    >
      <HeartFilled aria-hidden />
      <em className="hidden-visually">{t('room.like')}</em>
      <span className="number">{shortNumber(count, locale)}</span>
    </button>
  )
}

function rise(button: HTMLElement): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  if (button.querySelectorAll('i').length >= HEARTS_MAX) return
  const heart = document.createElement('i')
  heart.className = styles['heart']!
  heart.textContent = '♥'
  button.append(heart)
  const sway = (Math.random() - 0.5) * 46
  void heart
    .animate(
      [
        { transform: 'translate(0, 0) scale(.5)', opacity: 1 },
        { transform: `translate(${sway}px, -56px) scale(1.25)`, opacity: 1, offset: 0.6 },
        { transform: `translate(${sway * 0.4}px, -92px) scale(1)`, opacity: 0 },
      ],
      { duration: 1000, easing: 'ease-out' },
    )
    .finished.finally(() => heart.remove())
}
