/** A live room as its viewers see it, watched without being seen: picture and chat, and no way to take part. */
import { EyeInvisibleOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { LiveRoom } from '../../../sdk/index.ts'
import { useClient, useRoom } from '../../../sdk/react/index.ts'
import { danmakuSettings } from '../danmaku/settings.ts'
import { Card } from '../frame/card.tsx'
import { fullNumber } from '../lib/format.ts'
import { ReasonDialog } from './reason-dialog.tsx'
import { useAdminT } from './use-admin-t.ts'
import { WatchedChat, type RoomParts } from './watched-chat.tsx'
import styles from './watch.module.css'

export function Watch({ room: key }: { room: string }) {
  const { a } = useAdminT()
  const client = useClient()
  const [asking, setAsking] = useState(false)
  const [joined, setJoined] = useState<{ room: LiveRoom; parts: RoomParts }>()
  const [ended, setEnded] = useState(false)
  const held = useRef<LiveRoom>(undefined)
  useEffect(() => () => held.current?.leave(), [])
  const leave = () => {
    held.current?.leave()
    held.current = undefined
    setJoined(undefined)
  }
  const join = async (reason: string) => {
    const parts = await import('../room/room-page.tsx')
    const room = await client.admin.watch(key.slice('live_'.length), { reason })
    room.on('closed', () => {
      if (held.current !== room) return
      leave()
      setEnded(true)
    })
    held.current?.leave()
    held.current = room
    setEnded(false)
    setJoined({ room, parts })
  }
  return (
    <>
      {joined ? (
        <Watched {...joined} onLeave={leave} />
      ) : (
        <div className={styles['offer']}>
          <Button icon={<EyeInvisibleOutlined />} onClick={() => setAsking(true)}>
            {a('watch')}
          </Button>
          {ended && <span role="status">{a('watchEnded')}</span>}
        </div>
      )}
      {asking && (
        <ReasonDialog
          title={a('watch')}
          hint={a('watchHint')}
          run={({ reason }) => join(reason)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

function Watched(props: { room: LiveRoom; parts: RoomParts; onLeave: () => void }) {
  const { room, parts, onLeave } = props
  const { a, locale } = useAdminT()
  const live = useRoom(room, (view) => view.live)
  const viewers = useRoom(room, (view) => view.audience.count) ?? 0
  const [settings, setSettings] = useState(() => danmakuSettings.read())
  return (
    <Card
      title={a('watching')}
      className={styles['watch']}
      side={
        <span className={styles['side']}>
          <small>{a('watchers', { count: fullNumber(viewers, locale) })}</small>
          <Button size="small" onClick={onLeave}>
            {a('watchLeave')}
          </Button>
        </span>
      }
    >
      <div className={styles['both']} data-testid="watched">
        <div className={styles['picture']}>
          <parts.Player
            id={room.id}
            title={live?.title ?? ''}
            host={live?.host.name ?? ''}
            cover={live?.cover}
            status={live?.status}
            stream={live?.session?.stream}
            room={room}
            me={undefined}
            settings={settings}
            onSettings={setSettings}
            onHelp={() => undefined}
          />
        </div>
        <WatchedChat room={room} parts={parts} />
      </div>
    </Card>
  )
}
