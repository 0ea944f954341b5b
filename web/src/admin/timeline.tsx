/** The scrubber over the kept part of the log: the state and the events around any position. */
import { Button, Slider } from 'antd'
import type { RoomEventRow } from '../../../sdk/index.ts'
import { Card } from '../frame/card.tsx'
import { EventList } from './trace.tsx'
import { useAdminT } from './use-admin-t.ts'
import styles from './inspected.module.css'

export function Timeline(props: {
  kept: { readonly from: number; readonly to: number }
  /** Undefined: now. */
  at: number | undefined
  onChange: (at: number | undefined) => void
  events: readonly RoomEventRow[] | undefined
}) {
  const { kept, at, onChange, events } = props
  const { a } = useAdminT()
  const empty = kept.from >= kept.to
  const set = (next: number) => onChange(next >= kept.to ? undefined : Math.max(kept.from, next))
  return (
    <Card
      title={a('timeline')}
      className={styles['timeline']}
      side={
        <Button size="small" disabled={at === undefined} onClick={() => onChange(undefined)}>
          {a('now')}
        </Button>
      }
    >
      {empty ? (
        <p className={styles['meta']}>{a('nothingKept')}</p>
      ) : (
        <>
          <Slider
            min={kept.from}
            max={kept.to}
            value={at ?? kept.to}
            onChange={set}
            tooltip={{ formatter: (value) => String(value) }}
            ariaLabelForHandle={a('position')}
          />
          <p className={styles['meta']}>
            {a('keptHint', { from: String(kept.from), to: String(kept.to) })}
          </p>
          {at !== undefined && events && (
            <EventList
              label={a('timeline')}
              current={at}
              events={events.map((event) => ({ id: event.seq!, event })).reverse()}
            />
          )}
        </>
      )}
    </Card>
  )
}
