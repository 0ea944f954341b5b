/** A room that cannot be entered: kicked, gone, suspended. */
import { Button } from 'antd'
import { useNavigate } from 'react-router'
import type { RejectError } from '../../../sdk/index.ts'
import { Empty } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import styles from './room.module.css'
import { rejectText } from '../i18n/reject-text.ts'

export function RoomClosed({ error }: { error: RejectError }) {
  const { t } = useT()
  const navigate = useNavigate()
  return (
    <div className={styles['closed']} role="alert">
      <Empty
        text={error.code === 'not_found' ? t('room.notFound') : t('room.cannotEnter')}
        hint={error.code === 'not_found' ? t('room.notFoundHint') : rejectText(error, t)}
        action={
          <Button type="primary" onClick={() => navigate('/')}>
            {t('notFound.home')}
          </Button>
        }
      />
    </div>
  )
}
