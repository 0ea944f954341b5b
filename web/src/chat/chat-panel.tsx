/** The chat of a room: rows, the pill to the newest line, a quiet log for screen readers, the composer. */
import { ArrowDownOutlined } from '@ant-design/icons'
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { LiveRoom } from '../../../sdk/index.ts'
import { useRoom } from '../../../sdk/react/index.ts'
import { useGiftName } from '../gift/use-gift-name.ts'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { fullNumber } from '../lib/format.ts'
import { ChatLog } from './chat-log.ts'
import { Composer } from './composer.tsx'
import type { Named } from './name-menu.tsx'
import { eventText } from './event-text.ts'
import { Spoken } from './spoken.ts'
import { stick, type Stick } from './stick.ts'
import styles from './chat.module.css'

const NameMenu = lazy(async () => ({ default: (await import('./name-menu.tsx')).NameMenu }))

export function ChatPanel(props: {
  room: LiveRoom | undefined
  blocked?: boolean
  side?: ReactNode
}) {
  const { room, blocked } = props
  const { t, locale } = useT()
  const giftName = useGiftName()
  const list = useRef<HTMLDivElement>(null)
  const spoken = useRef<HTMLDivElement>(null)
  const held = useRef<Stick>(undefined)
  const [fresh, setFresh] = useState(0)
  const [stuck, setStuck] = useState(true)
  const [joined, setJoined] = useState<string>()
  const [shed, setShed] = useState(0)
  const [named, setNamed] = useState<Named & { at: DOMRect }>()
  const mention = useRef<(who: Named) => void>(() => {})
  const me = room?.you.id

  useEffect(() => {
    const scroller = list.current?.parentElement
    if (!scroller) return
    const made = stick(scroller, (next) => {
      setStuck(next)
      if (next) setFresh(0)
    })
    held.current = made
    return () => made.stop()
  }, [])

  useEffect(() => {
    const element = list.current
    if (!room || !element) return
    const log = new ChatLog(element, {
      styles,
      me,
      words: {
        host: t('role.host'),
        moderator: t('role.moderator'),
        sent: (gift) => t('chat.sent', { gift: giftName(gift) }),
      },
      roleOf: (id) =>
        id === room.view.live.host.id
          ? 'host'
          : room.view.member.moderators.includes(id)
            ? 'moderator'
            : undefined,
      onAppend(rows) {
        if (held.current?.stuck) held.current.follow()
        else setFresh((before) => Math.min(999, before + rows))
      },
    })
    const voice = new Spoken(spoken.current!)
    log.system(t('chat.welcome'), 'plain')
    log.danmaku(room.view.danmaku.recent)
    const names = new Map<string, string>()
    const off = [
      room.on('danmaku', (batch) => {
        for (const { user } of batch) {
          names.set(user.id, user.name)
          if (names.size > 300) names.delete(names.keys().next().value!)
        }
        log.danmaku(batch)
        const last = batch.at(-1)
        if (last) voice.say(`${calmText(last.user.name, 40)}: ${calmText(last.text, 100)}`)
      }),
      room.on('gift', (gift) => {
        log.gift(gift)
        voice.say(
          `${calmText(gift.from.name, 40)} ${t('chat.sent', { gift: giftName(gift) })} ×${gift.count}`,
        )
      }),
      room.on('event', ({ type, data }) => {
        if (type === 'audience.changed') {
          const last = data.joined?.at(-1)
          if (last) {
            setJoined(
              data.joinedCount > 1
                ? t('chat.joinedMany', {
                    name: calmText(last.name, 24),
                    count: data.joinedCount - 1,
                  })
                : t('chat.joined', { name: calmText(last.name, 24) }),
            )
          }
          return
        }
        const line = eventText(type, data, { t, locale, me, nameOf: (id) => names.get(id) })
        if (line) {
          log.system(line.text, line.tone)
          voice.say(line.text)
        }
      }),
      room.on('recovered', ({ gap }) => gap && log.system(t('chat.gap'), 'warn')),
      room.on('shed', (lines) => setShed((before) => before + lines)),
    ]
    return () => {
      for (const stop of off) stop()
      log.stop()
    }
    // `t` changes with the language and the rows are written anew.
  }, [room, me, t, giftName, locale])

  useEffect(() => {
    if (!joined) return
    const timer = setTimeout(() => setJoined(undefined), 3000)
    return () => clearTimeout(timer)
  }, [joined])

  const recentNames = useMemo(
    () => () => {
      const found = new Map<string, Named>()
      const buttons = list.current?.querySelectorAll<HTMLElement>('[data-user]') ?? []
      for (const { dataset } of [...buttons].reverse()) {
        if (dataset['user'] && dataset['user'] !== me) {
          found.set(dataset['user'], { id: dataset['user'], name: dataset['name'] ?? '' })
        }
      }
      return [...found.values()]
    },
    [me],
  )
  const slow = useRoom(room, (view) => view.danmaku.slowSeconds) ?? 0

  return (
    <div className={styles['panel']}>
      <div className={styles['area']}>
        <div
          className={styles['scroller']}
          tabIndex={0}
          role="region"
          aria-label={t('chat.label')}
          data-testid="chat"
          onClick={(event) => {
            const button = (event.target as HTMLElement).closest<HTMLElement>('[data-user]')
            if (!button) return
            const { user, name } = button.dataset
            setNamed({ id: user!, name: name ?? '', at: button.getBoundingClientRect() })
          }}
        >
          <div ref={list} className={styles['list']} />
        </div>
        <div
          ref={spoken}
          className="hidden-visually"
          role="log"
          aria-live="polite"
          aria-label={t('chat.label')}
        />
        {joined && <div className={`${styles['joined']} foreign`}>{joined}</div>}
        {!stuck && (
          <button type="button" className={styles['pill']} onClick={() => held.current?.jump()}>
            <ArrowDownOutlined aria-hidden />
            {fresh > 0 ? t('chat.newer', { count: fresh }) : t('chat.newest')}
          </button>
        )}
      </div>
      {shed > 0 && (
        <div className={styles['shed']} title={t('chat.shedHint')}>
          {t('chat.shed', { count: fullNumber(shed, locale) })}
        </div>
      )}
      {slow > 0 && <div className={styles['shed']}>{t('chat.slowOn', { seconds: slow })}</div>}
      <Composer
        room={room}
        blocked={blocked ?? false}
        names={recentNames}
        onMention={mention}
        side={props.side}
      />
      {named && room && (
        <Suspense fallback={null}>
          <NameMenu
            room={room}
            who={named}
            at={named.at}
            onMention={(who) => mention.current(who)}
            onClose={() => setNamed(undefined)}
          />
        </Suspense>
      )}
    </div>
  )
}
