/** A room seen by its host: picture and state, how to connect, health, figures, chat. */
import { CheckCircleFilled, ExportOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { MyLive } from '../../../sdk/index.ts'
import { useLive, useRoom } from '../../../sdk/react/index.ts'
import { ChatPanel } from '../chat/chat-panel.tsx'
import { Card } from '../frame/card.tsx'
import { Page } from '../frame/page.tsx'
import { RoomReplays } from '../home/room-replays.tsx'
import { TopThree } from '../gift/top-givers.tsx'
import { useT } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { ConnectionPill } from '../room/connection-pill.tsx'
import { Address } from './address.tsx'
import { Figures } from './figures.tsx'
import { Health } from './health.tsx'
import { Preview } from './preview.tsx'
import { SessionControls } from './session-controls.tsx'
import { SetupForm } from './setup-form.tsx'
import styles from './studio.module.css'

export function Console({ live }: { live: MyLive }) {
  const { t } = useT()
  const queries = useQueryClient()
  const { room, status, retryInMs } = useLive(live.id)
  const seen = useRoom(room, (view) => view.live)
  const [editing, setEditing] = useState(false)
  const state = seen?.status ?? live.status
  const on = state === 'live' || state === 'interrupted' || state === 'paused'
  const again = () => void queries.invalidateQueries({ queryKey: ['mine'] })

  return (
    <Page
      title={t('nav.studio')}
      side={
        <Link to={`/live/${live.id}`} className={styles['visit']}>
          <ExportOutlined aria-hidden /> {t('studio.visit')}
        </Link>
      }
    >
      <ConnectionPill status={status} retryInMs={retryInMs} />
      <div className={styles['grid']}>
        <div className={styles['left']}>
          <Preview
            live={live}
            state={state}
            session={seen?.session}
            now={() => room?.now() ?? Date.now()}
          />
          <SessionControls room={room} state={state} />
          {on && <Figures room={room} />}
          <Health live={live} on={on} />
          <RoomReplays card={live} />
        </div>
        <div className={styles['right']}>
          <Step
            done
            title={t('studio.step.room')}
            side={
              <Button type="text" size="small" onClick={() => setEditing(!editing)}>
                {editing ? t('common.close') : t('common.edit')}
              </Button>
            }
          >
            {editing ? (
              <SetupForm
                live={live}
                onSaved={() => {
                  setEditing(false)
                  again()
                }}
              />
            ) : (
              <p className={`${styles['roomTitle']} foreign`}>
                {calmText(seen?.title ?? live.title)}
              </p>
            )}
          </Step>
          <Step done={live.hasKey} title={t('studio.step.connect')}>
            <Address live={live} onRotated={again} />
          </Step>
          <Step
            done={on}
            busy={live.hasKey && !on}
            title={on ? t('studio.step.live') : t('studio.step.signal')}
          >
            <p className={styles['hint']}>
              {on ? t('studio.step.liveHint') : t('studio.step.signalHint')}
            </p>
          </Step>
          {on && (
            <Card className={styles['givers']}>
              <TopThree room={room} />
            </Card>
          )}
          <Card title={t('room.chat')} className={styles['chat']}>
            <div className={styles['chatBox']}>
              <ChatPanel room={room} />
            </div>
          </Card>
        </div>
      </div>
    </Page>
  )
}

function Step(props: {
  done: boolean
  busy?: boolean
  title: string
  side?: ReactNode
  children: ReactNode
}) {
  return (
    <section
      className={styles['step']}
      data-done={props.done || undefined}
      aria-label={props.title}
    >
      <span className={styles['tick']} aria-hidden="true">
        {props.done ? <CheckCircleFilled /> : <i data-busy={props.busy || undefined} />}
      </span>
      <div>
        <header>
          <h2>{props.title}</h2>
          {props.side}
        </header>
        {props.children}
      </div>
    </section>
  )
}
