/** A live room: player, host, gifts and chat; beside each other on a desk, stacked on a phone. */
import { ArrowLeftOutlined, GiftFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { useClient, useLive, useRoom, useUser } from '../../../sdk/react/index.ts'
import { ChatPanel } from '../chat/chat-panel.tsx'
import { danmakuSettings, type DanmakuSettings } from '../danmaku/settings.ts'
import { useTitle } from '../frame/page.tsx'
import { Failed } from '../frame/states.tsx'
import { GiftBar } from '../gift/gift-bar.tsx'
import { Ranking, TopThree } from '../gift/top-givers.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { usePhone } from '../lib/use-media.ts'
import { Player } from '../player/player.tsx'
import { RoomTheme } from '../theme/theme.tsx'
import { ConnectionPill } from './connection-pill.tsx'
import { HostBar } from './host-bar.tsx'
import { LikeButton } from './like-button.tsx'
import { RoomClosed } from './room-closed.tsx'
import { Tabs } from './tabs.tsx'
import styles from './room.module.css'

// What other pages show a room with; taken from here it stays in this page's chunk.
export * from './parts.ts'
// Decoration and what only some open: after the picture.
const GiftStage = lazy(async () => ({
  default: (await import('../gift/gift-stage.tsx')).GiftStage,
}))
const Sheet = lazy(async () => ({ default: (await import('../frame/sheet.tsx')).Sheet }))
const MoreRooms = lazy(async () => ({ default: (await import('./more-rooms.tsx')).MoreRooms }))
const AboutHost = lazy(async () => ({ default: (await import('./about-host.tsx')).AboutHost }))
const RoomReplays = lazy(async () => ({
  default: (await import('../home/room-replays.tsx')).RoomReplays,
}))
const KeysDialog = lazy(async () => ({
  default: (await import('../player/keys-dialog.tsx')).KeysDialog,
}))

export function RoomPage() {
  const { id = '' } = useParams()
  return (
    <RoomTheme>
      <Room key={id} id={id} />
    </RoomTheme>
  )
}

function Room({ id }: { id: string }) {
  const { t } = useT()
  const client = useClient()
  const navigate = useNavigate()
  const phone = usePhone()
  const me = useUser()?.id
  const { room, status, retryInMs, error } = useLive(id)
  const card = useQuery({
    queryKey: ['card', id],
    queryFn: ({ signal }) => client.live.get(id, { signal }),
    retry: false,
  })
  const live = useRoom(room, (view) => view.live)
  const viewers = useRoom(room, (view) => view.audience.count) ?? card.data?.viewers ?? 0
  const [settings, setSettings] = useState<DanmakuSettings>(() => danmakuSettings.read())
  const [theatre, setTheatre] = useState(false)
  const [portrait, setPortrait] = useState(false)
  const [clean, setClean] = useState(false)
  const [tab, setTab] = useState<'chat' | 'ranking'>('chat')
  const [keys, setKeys] = useState(false)
  const [giving, setGiving] = useState(false)

  const title = calmText(live?.title ?? card.data?.title ?? '')
  const host =
    live?.host ??
    (card.data
      ? { id: card.data.host.id, name: card.data.host.displayName, avatar: card.data.host.avatar }
      : undefined)
  const state = live?.status ?? card.data?.status
  useTitle(title || undefined)

  const change = useCallback((next: DanmakuSettings) => {
    danmakuSettings.write(next)
    setSettings(next)
  }, [])

  if (error && (!room || status === 'closed')) return <RoomClosed error={error} />
  if (card.isError && !room && !live) {
    return <Failed error={card.error} retry={() => void card.refetch()} />
  }

  const player = (
    <Player
      id={id}
      title={title}
      host={host?.name ?? ''}
      cover={live?.cover ?? card.data?.cover}
      status={state}
      stream={live?.session?.stream}
      room={room}
      me={me}
      settings={settings}
      onSettings={change}
      theatre={theatre}
      onTheatre={phone ? undefined : () => setTheatre((before) => !before)}
      onHelp={() => setKeys(true)}
      onPortrait={setPortrait}
      over={
        <Suspense fallback={null}>
          <GiftStage room={room} me={me} effects={settings.effects} />
        </Suspense>
      }
      corner={
        phone ? (
          <button
            type="button"
            className={styles['back']}
            aria-label={t('common.back')}
            onClick={() => navigate('/')}
          >
            <ArrowLeftOutlined />
          </button>
        ) : undefined
      }
    />
  )
  const hostBar = (
    <HostBar
      id={id}
      room={room}
      title={title}
      host={host}
      category={live?.category ?? card.data?.category}
      live={state === 'live'}
      viewers={viewers}
    />
  )
  const blocked = status === 'closed' || state === 'suspended'

  return (
    <div
      className={styles['room']}
      data-theatre={theatre || undefined}
      data-portrait={(phone && portrait) || undefined}
      data-clean={clean || undefined}
    >
      <ConnectionPill status={status} retryInMs={retryInMs} />
      <div className={styles['stage']}>
        <div className={styles['player']}>{player}</div>
        {!phone && !theatre && hostBar}
        {!phone && <GiftBar room={room} />}
        {!phone && !theatre && (
          <Suspense fallback={null}>
            {host && <AboutHost id={host.id} />}
            {card.data && <RoomReplays card={card.data} />}
            <MoreRooms except={id} />
          </Suspense>
        )}
      </div>
      <aside className={styles['side']} aria-label={t('room.side')} onTouchStart={swipe(setClean)}>
        {phone ? hostBar : <TopThree room={room} />}
        <Tabs
          label={t('room.side')}
          value={tab}
          onChange={setTab}
          tabs={[
            { id: 'chat', label: t('room.chat') },
            { id: 'ranking', label: t('room.ranking') },
          ]}
        />
        <div
          className={styles['tab']}
          role="tabpanel"
          id="panel-chat"
          aria-labelledby="tab-chat"
          hidden={tab !== 'chat'}
        >
          <ChatPanel
            room={room}
            blocked={blocked}
            side={
              phone ? (
                <>
                  <button
                    type="button"
                    className={styles['give']}
                    aria-label={t('gift.label')}
                    onClick={() => setGiving(true)}
                  >
                    <GiftFilled />
                  </button>
                  <LikeButton room={room} small />
                </>
              ) : undefined
            }
          />
        </div>
        {tab === 'ranking' && (
          <div
            className={`${styles['tab']} ${styles['scroll']}`}
            role="tabpanel"
            id="panel-ranking"
            aria-labelledby="tab-ranking"
            tabIndex={0}
          >
            {phone && <TopThree room={room} />}
            <Ranking room={room} />
          </div>
        )}
      </aside>
      {phone && giving && (
        <Suspense fallback={null}>
          <Sheet label={t('gift.label')} onClose={() => setGiving(false)}>
            <GiftBar room={room} sheet />
          </Sheet>
        </Suspense>
      )}
      {keys && (
        <Suspense fallback={null}>
          <KeysDialog onClose={() => setKeys(false)} />
        </Suspense>
      )}
      {theatre && (
        <Link className="hidden-visually" to="/">
          {t('nav.home')}
        </Link>
      )}
    </div>
  )
}

const SWIPE_PX = 70

/** A swipe to the left clears the screen of a portrait room, one to the right brings it back. */
function swipe(set: (clean: boolean) => void) {
  return (start: React.TouchEvent<HTMLElement>) => {
    const first = start.touches[0]
    if (!first) return
    const { clientX, clientY } = first
    const end = (event: TouchEvent) => {
      const last = event.changedTouches[0]
      if (!last) return
      const across = last.clientX - clientX
      if (Math.abs(across) < SWIPE_PX || Math.abs(last.clientY - clientY) > Math.abs(across) / 2)
        return
      set(across < 0)
    }
    start.currentTarget.addEventListener('touchend', end, { once: true })
  }
}
