/** Says when the room is not online, and what happens next; nothing while all is well. */
import { useEffect, useState } from 'react'
import type { RoomStatus } from '../../../sdk/index.ts'
import { useT } from '../i18n/index.ts'
import styles from './connection-pill.module.css'

/** The first connection may take this long before anything is said. */
const GRACE_MS = 1500

export function ConnectionPill({
  status,
  retryInMs,
}: {
  status: RoomStatus
  retryInMs: number | undefined
}) {
  const { t } = useT()
  const [late, setLate] = useState(false)
  const [seconds, setSeconds] = useState<number>()
  useEffect(() => {
    setLate(false)
    if (status !== 'connecting') return
    const timer = setTimeout(() => setLate(true), GRACE_MS)
    return () => clearTimeout(timer)
  }, [status])
  useEffect(() => {
    if (retryInMs === undefined) return setSeconds(undefined)
    const at = Date.now() + retryInMs
    const update = () => setSeconds(Math.max(0, Math.ceil((at - Date.now()) / 1000)))
    update()
    const timer = setInterval(update, 500)
    return () => clearInterval(timer)
  }, [retryInMs])

  const text =
    status === 'connecting'
      ? late && t('connection.connecting')
      : status === 'reconnecting'
        ? seconds
          ? t('connection.retryIn', { seconds })
          : t('connection.retrying')
        : status === 'offline'
          ? t('connection.offline')
          : false
  return (
    <div className={styles['place']} role="status" aria-live="polite">
      {text && (
        <span className={styles['pill']} data-testid="connection">
          <i aria-hidden="true" />
          {text}
        </span>
      )}
    </div>
  )
}
