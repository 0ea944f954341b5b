/** What one can do with a person in the chat: mention, and moderate where one may. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import type { LiveRoom } from '../../../sdk/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { calmText } from '../lib/calm-text.ts'
import styles from './name-menu.module.css'

export interface Named {
  readonly id: string
  readonly name: string
}

const MUTES = [
  { seconds: 60, key: 'moderate.minute' },
  { seconds: 600, key: 'moderate.tenMinutes' },
  { seconds: 86_400, key: 'moderate.day' },
] as const
const KICK_SECONDS = 3600

export function NameMenu(props: {
  room: LiveRoom
  who: Named
  at: DOMRect
  onMention: (who: Named) => void
  onClose: () => void
}) {
  const { room, who, at, onMention, onClose } = props
  const { t } = useT()
  const menu = useRef<HTMLDivElement>(null)
  const [sure, setSure] = useState(false)
  const me = room.you.id
  const host = room.view.live.host.id
  const moderators = room.view.member.moderators
  const other = who.id !== me
  const mayModerate = other && who.id !== host && room.you.can.includes('moderate')
  const mayPromote = other && who.id !== host && room.you.can.includes('host')
  const name = calmText(who.name, 40)

  useLayoutEffect(() => {
    const element = menu.current!
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`
    element.style.top = `${at.bottom + height + 8 < innerHeight ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`
    element.querySelector('button')?.focus()
  }, [at])
  useEffect(() => {
    const away = (event: PointerEvent) => {
      if (!menu.current?.contains(event.target as Node)) onClose()
    }
    document.addEventListener('pointerdown', away)
    return () => document.removeEventListener('pointerdown', away)
  }, [onClose])

  const act = (call: Promise<unknown>, done: string, undo?: () => Promise<unknown>) => {
    onClose()
    call.then(
      () =>
        toast({
          text: done,
          tone: 'good',
          ...(undo
            ? { action: { label: t('common.undo'), run: () => void undo().catch(failed) } }
            : {}),
        }),
      failed,
    )
  }
  const failed = (error: unknown) => toast({ text: rejectText(error, t), tone: 'bad' })

  return (
    <div
      ref={menu}
      className={styles['menu']}
      role="menu"
      aria-label={name}
      onKeyDown={(event) => {
        if (event.key === 'Escape') return onClose()
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        event.preventDefault()
        const items = [...menu.current!.querySelectorAll('button')]
        const step = event.key === 'ArrowDown' ? 1 : -1
        const now = items.indexOf(document.activeElement as HTMLButtonElement)
        items[(now + step + items.length) % items.length]?.focus()
      }}
    >
      <div className={styles['who']}>
        <Avatar id={who.id} name={who.name} size={32} />
        <span className="foreign">{name}</span>
      </div>
      {other ? (
        <Item
          onClick={() => {
            onClose()
            onMention(who)
          }}
        >
          {t('moderate.mention')}
        </Item>
      ) : (
        <div className={styles['self']}>{t('moderate.you')}</div>
      )}
      {mayModerate && (
        <>
          <hr />
          {MUTES.map(({ seconds, key }) => (
            <Item
              key={seconds}
              onClick={() =>
                act(
                  room.members.mute(who.id, seconds),
                  t('moderate.muted', { name, time: t(key) }),
                  () => room.members.unmute(who.id),
                )
              }
            >
              {t('moderate.mute', { time: t(key) })}
            </Item>
          ))}
          <Item
            danger
            onClick={() =>
              sure
                ? act(room.members.kick(who.id, KICK_SECONDS), t('moderate.kicked', { name }))
                : setSure(true)
            }
          >
            {sure ? t('moderate.kickSure') : t('moderate.kick')}
          </Item>
        </>
      )}
      {mayPromote && (
        <>
          <hr />
          {moderators.includes(who.id) ? (
            <Item onClick={() => act(room.members.demote(who.id), t('moderate.demoted', { name }))}>
              {t('moderate.demote')}
            </Item>
          ) : (
            <Item
              onClick={() =>
                act(room.members.promote(who.id), t('moderate.promoted', { name }), () =>
                  room.members.demote(who.id),
                )
              }
            >
              {t('moderate.promote')}
            </Item>
          )}
        </>
      )}
    </div>
  )
}

function Item({
  danger,
  onClick,
  children,
}: {
  danger?: boolean
  onClick: () => void
  children: ReactNode
}) {
  return (
    <button type="button" role="menuitem" data-danger={danger || undefined} onClick={onClick}>
      {children}
    </button>
  )
}
