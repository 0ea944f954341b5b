/** Who is in the room, with what can be done about each. */
import { useState } from 'react'
import type { RoomAction, RoomDetail } from '../../../sdk/index.ts'
import { Card } from '../frame/card.tsx'
import { calmText } from '../lib/calm-text.ts'
import { fullNumber } from '../lib/format.ts'
import { ActionDialog } from './action-menu.tsx'
import { timeOfDay } from './figures.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './inspected.module.css'

export function Clients({ room, clients }: { room: string; clients: RoomDetail['clients'] }) {
  const { a, locale } = useAdminT()
  const [chosen, setChosen] = useState<{ user: string; action: RoomAction }>()
  const { items, total } = clients
  return (
    <Card
      title={a('clients')}
      side={
        total > 0 && (
          <small>
            {a('clientsShown', {
              shown: fullNumber(items.length, locale),
              total: fullNumber(total, locale),
            })}
          </small>
        )
      }
    >
      {items.length === 0 ? (
        <p className={styles['meta']}>{a('noClients')}</p>
      ) : (
        <ul className={styles['clients']} tabIndex={0} aria-label={a('clients')}>
          {items.map(({ node, socket, user, name, roles, since }) => (
            <li key={`${node} ${socket}`}>
              <span>
                <strong className="foreign one-line">{calmText(name, 60)}</strong>
                <small className="foreign one-line">
                  {user} · {roles.join(', ')} · {calmText(node, 40)} ·{' '}
                  {a('since', { time: timeOfDay(since, locale) })}
                </small>
              </span>
              {user.startsWith('u_') &&
                !roles.includes('unseen') &&
                (['mute', 'kick'] as const).map((action) => (
                  <button
                    key={action}
                    type="button"
                    onClick={() => setChosen({ user, action })}
                    aria-label={`${a(`action.${action}`)}: ${calmText(name, 60)}`}
                  >
                    {a(`action.${action}`)}
                  </button>
                ))}
            </li>
          ))}
        </ul>
      )}
      {chosen && <ActionDialog room={room} {...chosen} onClose={() => setChosen(undefined)} />}
    </Card>
  )
}
