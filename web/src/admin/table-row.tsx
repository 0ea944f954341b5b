/** One room of the table. */
import { useEffect, useRef } from 'react'
import { Link } from 'react-router'
import type { RoomRow } from '../../../sdk/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { fullNumber, shortNumber } from '../lib/format.ts'
import { ActionMenu } from './action-menu.tsx'
import { bytes, span } from './figures.ts'
import { moderatorActions, type Staff } from './rights.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './table.module.css'

export function TableRow(props: { row: RoomRow; staff: Staff; chosen: boolean }) {
  const { row, staff, chosen } = props
  const { a, locale, language } = useAdminT()
  const line = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const name = (
    <>
      <i data-kind={row.kind} data-leader={row.leader || undefined} aria-hidden="true" />
      <span>
        <span className="foreign one-line">{calmText(row.label?.title ?? row.key, 80)}</span>
        {row.label && (
          <span className="foreign one-line">
            {row.key} · {calmText(row.label.host, 40)}
          </span>
        )}
      </span>
    </>
  )
  const age = row.checkpointAgeSeconds
  return (
    <tr ref={line} data-chosen={chosen || undefined} data-room={row.key}>
      <th scope="row">
        {staff === 'admin' ? (
          <Link to={`/admin/rooms/${encodeURIComponent(row.key)}`} className={styles['name']!}>
            {name}
          </Link>
        ) : (
          <span className={styles['name']}>{name}</span>
        )}
      </th>
      <td data-rest>
        {calmText(row.node, 40)}{' '}
        {row.relays > 0 && <small>{a('relayCount', { count: row.relays })}</small>}
      </td>
      <td data-rest data-number>
        {row.epoch}.{row.seq}
      </td>
      <td data-number>{shortNumber(row.audience, locale)}</td>
      <td data-rest data-number>
        {shortNumber(row.sockets, locale)}
      </td>
      <td data-number>{row.eventsPerSecond.toFixed(1)}</td>
      <td data-rest data-number>
        {row.stateBytes === undefined ? '–' : bytes(row.stateBytes, locale)}
      </td>
      <td data-rest data-number>
        {age === undefined ? '–' : span(age, language)}
      </td>
      <td data-rest data-number data-alarm={row.waiting > 20 || undefined}>
        {fullNumber(row.waiting, locale)}
      </td>
      {staff === 'moderator' && (
        <td>
          <ActionMenu room={row.key} actions={moderatorActions} />
        </td>
      )}
    </tr>
  )
}
