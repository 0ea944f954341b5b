/** The first administrator, by the one-time link that the server printed. */
import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useClient } from '../../../sdk/react/index.ts'
import { useTitle } from '../frame/page.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { Entry } from './entry.tsx'
import form from './auth-form.module.css'

export function SetupPage() {
  const { t } = useT()
  const client = useClient()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const token = params.get('token') ?? ''
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  useTitle(t('setup.title'))

  const submit = async ({ name, password }: { name: string; password: string }) => {
    setBusy(true)
    setFailure(undefined)
    try {
      await client.auth.firstAdmin({ token, name: name.trim(), password })
      await navigate('/', { replace: true })
    } catch (error) {
      setFailure(rejectText(error, t))
      setBusy(false)
    }
  }
  return (
    <Entry>
      <div className={form['form']}>
        <h1>{t('setup.title')}</h1>
        {token ? (
          <>
            <p className={form['hint']}>{t('setup.hint')}</p>
            {failure && (
              <p className={form['failure']} role="alert">
                {failure}
              </p>
            )}
            <Form
              layout="vertical"
              requiredMark={false}
              size="large"
              onFinish={(values) => void submit(values)}
            >
              <Form.Item
                name="name"
                label={t('auth.name')}
                extra={t('auth.nameRule')}
                rules={[{ required: true, message: t('auth.nameNeeded') }]}
              >
                <Input
                  autoComplete="username"
                  autoCapitalize="none"
                  spellCheck={false}
                  maxLength={32}
                />
              </Form.Item>
              <Form.Item
                name="password"
                label={t('auth.password')}
                extra={t('auth.passwordRule')}
                rules={[
                  { required: true, message: t('auth.passwordNeeded') },
                  { min: 8, message: t('auth.passwordShort') },
                ]}
              >
                <Input.Password autoComplete="new-password" maxLength={128} />
              </Form.Item>
              <Button type="primary" htmlType="submit" block loading={busy}>
                {t('setup.create')}
              </Button>
            </Form>
          </>
        ) : (
          <>
            <p className={form['hint']}>{t('setup.noToken')}</p>
            <Link to="/">{t('notFound.home')}</Link>
          </>
        )}
      </div>
    </Entry>
  )
}
