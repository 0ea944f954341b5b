/** The devices that are signed in, and the way to sign one out. */
import { DesktopOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useClient } from '../../../sdk/react/index.ts'
import { Card } from '../frame/card.tsx'
import { Bone, Failed } from '../frame/states.tsx'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { calmText } from '../lib/calm-text.ts'
import { ago } from '../lib/format.ts'
import styles from './settings.module.css'

export function SessionsCard() {
  const { t, locale } = useT()
  const client = useClient()
  const queries = useQueryClient()
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => client.auth.sessions({ signal }),
  })
  const revoke = async (id: string) => {
    try {
      await client.auth.revoke(id)
      await queries.invalidateQueries({ queryKey: ['sessions'] })
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    }
  }
  return (
    <Card title={t('settings.sessions')}>
      {sessions.isError ? (
        <Failed error={sessions.error} retry={() => void sessions.refetch()} />
      ) : sessions.isPending ? (
        <Bone height={48} />
      ) : (
        <ul className={styles['sessions']}>
          {sessions.data.map((one) => (
            <li key={one.id}>
              <DesktopOutlined aria-hidden />
              <span>
                <span className="foreign one-line">
                  {calmText(one.device ?? t('settings.unknownDevice'), 80)}
                </span>
                <span>{t('settings.lastUsed', { when: ago(one.lastUsedAt, locale) })}</span>
              </span>
              {one.current ? (
                <em>{t('settings.thisDevice')}</em>
              ) : (
                <Button size="small" onClick={() => void revoke(one.id)}>
                  {t('settings.revoke')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
