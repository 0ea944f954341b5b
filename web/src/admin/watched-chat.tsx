/** The chat of a room that is watched unseen: its rows, and nothing to write into. */
import { useEffect, useRef } from 'react'
import type { LiveRoom } from '../../../sdk/index.ts'
import { useT } from '../i18n/index.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './watch.module.css'

/** What the room's page is made of; loaded with the first room that is watched. */
export type RoomParts = typeof import('../room/room-page.tsx')

export function WatchedChat({ room, parts }: { room: LiveRoom; parts: RoomParts }) {
  const { ChatLog, chatStyles, stick, useGiftName } = parts
  const { t } = useT()
  const { a } = useAdminT()
  const giftName = useGiftName()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = list.current
    const scroller = element?.parentElement
    if (!element || !scroller) return
    const held = stick(scroller, () => undefined)
    const log = new ChatLog(element, {
      styles: chatStyles,
      me: undefined,
      words: {
        host: t('role.host'),
        moderator: t('role.moderator'),
        sent: (gift) => t('chat.sent', { gift: giftName(gift) }),
      },
      roleOf: (id) => (id === room.view.live.host.id ? 'host' : undefined),
      onAppend: () => held.stuck && held.follow(),
    })
    log.danmaku(room.view.danmaku.recent)
    const off = [
      room.on('danmaku', (batch) => log.danmaku(batch)),
      room.on('gift', (gift) => log.gift(gift)),
      room.on('recovered', ({ gap }) => gap && log.system(t('chat.gap'), 'warn')),
    ]
    return () => {
      for (const stop of off) stop()
      log.stop()
      held.stop()
    }
  }, [room, t, giftName, ChatLog, chatStyles, stick])
  return (
    <div className={styles['chat']}>
      <div
        className={styles['lines']}
        tabIndex={0}
        role="region"
        aria-label={t('chat.label')}
        data-testid="watched-chat"
      >
        <div ref={list} className={chatStyles['list']} />
      </div>
      <p className={styles['unheard']}>{a('watchReadOnly')}</p>
    </div>
  )
}
