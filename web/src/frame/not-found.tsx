/** An address that leads nowhere. */
import { Button } from 'antd'
import { useNavigate } from 'react-router'
import { useT } from '../i18n/index.ts'
import { Page } from './page.tsx'
import { Empty } from './states.tsx'

export function NotFound() {
  const { t } = useT()
  const navigate = useNavigate()
  return (
    <Page title={t('notFound.title')}>
      <Empty
        text={t('notFound.text')}
        action={
          <Button type="primary" onClick={() => navigate('/')}>
            {t('notFound.home')}
          </Button>
        }
      />
    </Page>
  )
}
