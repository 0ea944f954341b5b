/** One room from inside: figures, state now or at a position of the log, clients, timers, trace. */
import { ArrowLeftOutlined, ReloadOutlined } from '@ant-design/icons'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { isReject, type RoomDetail } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { Card } from '../frame/card.tsx'
import { Bone, Empty, Failed } from '../frame/states.tsx'
import { calmText } from '../lib/calm-text.ts'
import { fullNumber } from '../lib/format.ts'
import { ActionMenu } from './action-menu.tsx'
import { Clients } from './clients.tsx'
import { bytes, ms, span, timeOfDay } from './figures.ts'
import { actionsAsleep } from './rights.ts'
import { briefOf, StateTree } from './state-tree.tsx'
import { Relays } from './relays.tsx'
import { Timeline } from './timeline.tsx'
import { Trace } from './trace.tsx'
import { useAdminT } from './use-admin-t.ts'
import { Watch } from './watch.tsx'
import styles from './inspected.module.css'

const REFRESH_MS = 4_000

export function InspectedRoom({ room }: { room: string }) {
  const { a } = useAdminT()
  const client = useClient()
  const detail = useQuery({
    queryKey: ['admin', 'room', room],
    queryFn: ({ signal }) => client.admin.room(room, { signal }),
    refetchInterval: REFRESH_MS,
    retry: false,
  })
  const asleep = isReject(detail.error, 'room.asleep')
  return (
    <>
      <header className={styles['head']}>
        <Link to="/admin" className={styles['back']!}>
          <ArrowLeftOutlined aria-hidden /> {a('back')}
        </Link>
        <h2>
          <span className="foreign one-line">
            {calmText(detail.data?.label?.title ?? room, 100)}
          </span>
          <small className="foreign one-line">
            {room}
            {detail.data?.label && ` · ${calmText(detail.data.label.host, 60)}`}
          </small>
        </h2>
        <Button
          icon={<ReloadOutlined />}
          aria-label={a('refresh')}
          onClick={() => void detail.refetch()}
        />
        <ActionMenu
          room={room}
          actions={asleep ? actionsAsleep : (detail.data?.actions ?? actionsAsleep)}
        />
      </header>
      {asleep ? (
        <Empty text={a('asleep')} hint={a('asleepHint')} />
      ) : detail.data ? (
        <Inside room={room} detail={detail.data} />
      ) : detail.isError ? (
        <Failed error={detail.error} retry={() => void detail.refetch()} />
      ) : (
        <Bone height={420} />
      )}
    </>
  )
}

function Inside({ room, detail }: { room: string; detail: RoomDetail }) {
  const { a, locale } = useAdminT()
  const client = useClient()
  /** Undefined: now. */
  const [at, setAt] = useState<number>()
  const past = useQuery({
    queryKey: ['admin', 'past', room, at],
    queryFn: ({ signal }) => client.admin.past(room, at!, { signal }),
    enabled: at !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  })
  const state = at === undefined ? detail.state : past.data?.state
  return (
    <div className={styles['grid']} data-testid="inspected">
      <Figures detail={detail} />
      {detail.kind === 'live' && <Watch room={room} />}
      <Timeline kept={detail.kept} at={at} onChange={setAt} events={past.data?.events} />
      <Card
        title={a('state')}
        side={<small>{at === undefined ? a('stateNow') : a('stateAt', { seq: String(at) })}</small>}
        className={styles['state']}
      >
        {at !== undefined && past.isError ? (
          <Failed error={past.error} retry={() => void past.refetch()} />
        ) : state ? (
          <StateTree state={state} />
        ) : (
          <Bone height={200} />
        )}
      </Card>
      <div className={styles['side']}>
        {detail.actions.includes('handover') && <Relays detail={detail} />}
        <Trace room={room} />
        <Clients room={room} clients={detail.clients} />
        {detail.timers.length > 0 && (
          <Card title={a('timers')}>
            <ul className={styles['timers']}>
              {detail.timers.map(({ key, at: due, command, input }) => (
                <li key={key}>
                  <time className="number">{timeOfDay(due, locale)}</time>
                  <strong>{command}</strong>
                  <span className="foreign">{briefOf(input, 60)}</span>
                </li>
              ))}
            </ul>
          </Card>
        )}
      </div>
    </div>
  )
}

function Figures({ detail }: { detail: RoomDetail }) {
  const { a, locale, language } = useAdminT()
  const { checkpointAgeSeconds: age, stateBytes, flushMs } = detail
  const facts: [string, string][] = [
    [a('column.node'), `${detail.node} · ${a(detail.leader ? 'leader' : 'relay')}`],
    [a('column.epoch'), `${detail.epoch}.${detail.seq}`],
    [a('column.audience'), fullNumber(detail.audience, locale)],
    [a('column.sockets'), fullNumber(detail.sockets, locale)],
    [a('column.events'), detail.eventsPerSecond.toFixed(1)],
    [a('column.bytes'), stateBytes === undefined ? a('unknown') : bytes(stateBytes, locale)],
    [a('column.age'), age === undefined ? a('unknown') : span(age, language)],
    [a('column.waiting'), fullNumber(detail.waiting, locale)],
    [a('journal'), flushMs === undefined ? a('unknown') : ms(flushMs, language)],
  ]
  return (
    <dl className={styles['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
