/** The studio: set up a room, connect a streaming program, watch over the live. */
import { useQuery } from '@tanstack/react-query'
import { useClient, useUser } from '../../../sdk/react/index.ts'
import { NeedSignIn } from '../frame/need-sign-in.tsx'
import { Page, PageLoading } from '../frame/page.tsx'
import { Failed } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import { Console } from './console.tsx'
import { SetupForm } from './setup-form.tsx'
import { Card } from '../frame/card.tsx'
import styles from './studio.module.css'

const POLL_MS = 2000

export function StudioPage() {
  const { t } = useT()
  return (
    <NeedSignIn title={t('nav.studio')} text={t('studio.signIn')}>
      <Inside />
    </NeedSignIn>
  )
}

function Inside() {
  const { t } = useT()
  const client = useClient()
  const me = useUser()?.id
  const mine = useQuery({
    queryKey: ['mine', me],
    queryFn: async ({ signal }) => (await client.live.mine({ signal })) ?? null,
    refetchInterval: ({ state }) => (state.data ? POLL_MS : false),
  })
  if (mine.isPending) return <PageLoading />
  if (mine.isError && !mine.data)
    return <Failed error={mine.error} retry={() => void mine.refetch()} />
  if (mine.data) return <Console live={mine.data} />
  return (
    <Page title={t('studio.create')} narrow>
      <Card className={styles['create']}>
        <p className={styles['lead']}>{t('studio.createHint')}</p>
        <SetupForm onSaved={() => void mine.refetch()} />
      </Card>
    </Page>
  )
}
