/** Profile and settings of a person; language and theme also for guests. */
import { Button, Segmented } from 'antd'
import { useNavigate } from 'react-router'
import { useClient, useUser } from '../../../sdk/react/index.ts'
import { Card } from '../frame/card.tsx'
import { Page } from '../frame/page.tsx'
import { toast } from '../frame/toast.tsx'
import { chooseLanguage, languages, useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { useThemeChoice } from '../theme/theme.tsx'
import { PasswordCard } from './password-card.tsx'
import { ProfileCard } from './profile-card.tsx'
import { useSession } from './session.tsx'
import { SessionsCard } from './sessions-card.tsx'
import styles from './settings.module.css'

export function SettingsPage() {
  const { t, language } = useT()
  const client = useClient()
  const navigate = useNavigate()
  const user = useUser()
  const session = useSession()
  const { choice, choose } = useThemeChoice()
  const leave = async () => {
    try {
      await client.auth.logout()
      void navigate('/')
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    }
  }
  return (
    <Page
      title={t('nav.settings')}
      narrow
      side={
        user ? (
          <Button onClick={() => void leave()}>{t('auth.signOut')}</Button>
        ) : session.settled ? (
          <Button type="primary" onClick={() => session.require()}>
            {t('auth.signIn')}
          </Button>
        ) : undefined
      }
    >
      <div className={styles['stack']}>
        {user && <ProfileCard key={user.id} user={user} />}
        <Card title={t('settings.look')}>
          <div className={styles['choices']}>
            <span id="choice-language">{t('settings.language')}</span>
            <Segmented
              value={language}
              aria-labelledby="choice-language"
              options={languages.map(({ id, name }) => ({
                value: id,
                label: <span lang={id}>{name}</span>,
              }))}
              onChange={(next) => void chooseLanguage(next)}
            />
            <span id="choice-theme">{t('settings.theme')}</span>
            <Segmented
              value={choice}
              aria-labelledby="choice-theme"
              options={[
                { value: 'system' as const, label: t('settings.system') },
                { value: 'light' as const, label: t('settings.light') },
                { value: 'dark' as const, label: t('settings.dark') },
              ]}
              onChange={choose}
            />
          </div>
        </Card>
        {user && <PasswordCard />}
        {user && <SessionsCard />}
      </div>
    </Page>
  )
}
