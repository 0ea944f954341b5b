/** What a page shows to guests that is only for people with an account. */
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useUser } from '../../../sdk/react/index.ts'
import { useSession } from '../account/session.tsx'
import { useT } from '../i18n/index.ts'
import { Page, PageLoading } from './page.tsx'
import { Empty } from './states.tsx'

export function NeedSignIn(props: { title: string; text: string; children: ReactNode }) {
  const { t } = useT()
  const user = useUser()
  const session = useSession()
  if (user) return props.children
  if (!session.settled) return <PageLoading />
  return (
    <Page title={props.title} narrow>
      <Empty
        text={props.text}
        action={
          <Button type="primary" size="large" onClick={() => session.require()}>
            {t('auth.signIn')}
          </Button>
        }
      />
    </Page>
  )
}
