/** What happens in the room right now: newest on top, by type, and still while paused. */
import { Button, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { RoomEventRow } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { Card } from '../frame/card.tsx'
import { Failed } from '../frame/states.tsx'
import { timeOfDay } from './figures.ts'
import { briefOf } from './state-tree.tsx'
import { useAdminT } from './use-admin-t.ts'
import styles from './inspected.module.css'

const ASK_MS = 1_000
const MOST = 400

export interface Numbered {
  readonly id: number
  readonly event: RoomEventRow
}

export function Trace({ room }: { room: string }) {
  const { a } = useAdminT()
  const { events, missed, error, retry } = useTrace(room)
  const [still, setStill] = useState<readonly Numbered[]>()
  const [types, setTypes] = useState<string[]>([])
  const known = [...new Set(events.map(({ event }) => event.type))].sort()
  const shown = (still ?? events).filter(({ event }) => !types.length || types.includes(event.type))
  const waiting = still ? (events[0]?.id ?? 0) - (still[0]?.id ?? 0) : 0
  return (
    <Card
      title={a('trace')}
      side={
        <span className={styles['tools']}>
          {still && <small>{a('paused', { count: waiting })}</small>}
          <Select
            mode="multiple"
            className={styles['types']!}
            size="small"
            maxTagCount="responsive"
            placeholder={a('allTypes')}
            aria-label={a('types')}
            value={types}
            onChange={setTypes}
            options={known.map((value) => ({ value, label: value }))}
          />
          <Button size="small" onClick={() => setStill(still ? undefined : events)}>
            {a(still ? 'resume' : 'pause')}
          </Button>
        </span>
      }
    >
      {missed > 0 && <p className={styles['meta']}>{a('missed', { count: missed })}</p>}
      {error !== undefined && events.length === 0 ? (
        <Failed error={error} retry={retry} />
      ) : shown.length === 0 ? (
        <p className={styles['meta']}>{a('noEvents')}</p>
      ) : (
        <EventList label={a('trace')} events={shown} />
      )}
    </Card>
  )
}

export function EventList(props: {
  label: string
  events: readonly Numbered[]
  /** Number of the event that the page shows the state of. */
  current?: number
}) {
  const { locale } = useAdminT()
  return (
    <ol className={styles['events']} aria-label={props.label} tabIndex={0} data-testid="events">
      {props.events.map(({ id, event }) => (
        <li key={id} aria-current={event.seq !== undefined && event.seq === props.current}>
          <time className="number">{timeOfDay(event.at, locale)}</time>
          <span className="number">{event.seq ?? '·'}</span>
          <strong>{event.type}</strong>
          <span className="foreign">{briefOf(event.data)}</span>
        </li>
      ))}
    </ol>
  )
}

/** Asks once a second for what came since, while the page is seen. */
function useTrace(room: string) {
  const client = useClient()
  const [events, setEvents] = useState<readonly Numbered[]>([])
  const [missed, setMissed] = useState(0)
  const [error, setError] = useState<unknown>()
  const [round, setRound] = useState(0)
  const next = useRef(1)
  useEffect(() => {
    const stop = new AbortController()
    let cursor: string | undefined
    let timer: ReturnType<typeof setTimeout>
    const ask = async (): Promise<void> => {
      try {
        if (!document.hidden) {
          const page = await client.admin.trace(room, cursor, { signal: stop.signal })
          cursor = page.cursor
          const fresh = page.events.map((event) => ({ id: next.current++, event })).reverse()
          if (fresh.length) setEvents((old) => [...fresh, ...old].slice(0, MOST))
          setMissed((count) => count + page.missed)
        }
        setError(undefined)
      } catch (failure) {
        setError(failure)
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void ask(), ASK_MS)
    }
    setEvents([])
    void ask()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [client, room, round])
  return { events, missed, error, retry: () => setRound((count) => count + 1) }
}
