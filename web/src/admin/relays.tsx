/** The nodes that a room is on: its leader, and those that relay it. */
import type { RoomDetail } from '../../../sdk/index.ts'
import { Card } from '../frame/card.tsx'
import { calmText } from '../lib/calm-text.ts'
import { fullNumber } from '../lib/format.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './inspected.module.css'

/** More than this many events behind is worth a look. */
const FAR = 50

export function Relays({ detail }: { detail: RoomDetail }) {
  const { a, locale } = useAdminT()
  const { node, relayedBy } = detail
  const own = detail.sockets - relayedBy.reduce((sum, { sockets }) => sum + sockets, 0)
  return (
    <Card title={a('instances')} className={styles['relays']}>
      <table data-testid="relays">
        <thead>
          <tr>
            <th scope="col">{a('column.node')}</th>
            <th scope="col" data-number>
              {a('sockets')}
            </th>
            <th scope="col" data-number>
              {a('behind')}
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">
              {calmText(node, 40)} <small>{a('leader')}</small>
            </th>
            <td data-number>{fullNumber(Math.max(0, own), locale)}</td>
            <td data-number>–</td>
          </tr>
          {relayedBy.map(({ node: relay, sockets, behind }) => (
            <tr key={relay}>
              <th scope="row">
                {calmText(relay, 40)} <small>{a('relay')}</small>
              </th>
              <td data-number>{fullNumber(sockets, locale)}</td>
              <td data-number data-alarm={behind === undefined || behind > FAR || undefined}>
                {behind === undefined
                  ? a('noAnswer')
                  : a('eventsOf', { count: fullNumber(behind, locale) })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  )
}
