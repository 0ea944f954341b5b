/** Sign in or sign up: one form with two faces. */
import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useClient } from '../../../sdk/react/index.ts'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import styles from './auth-form.module.css'

interface Values {
  name: string
  password: string
  displayName?: string
}

export function AuthForm(props: {
  onDone: () => void
  initial?: 'login' | 'register'
  heading?: 'h1' | 'h2'
}) {
  const { onDone, initial = 'login', heading = 'h2' } = props
  const { t } = useT()
  const client = useClient()
  const [face, setFace] = useState(initial)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const Heading = heading
  const joining = face === 'register'

  const submit = async ({ name, password, displayName }: Values) => {
    setBusy(true)
    setFailure(undefined)
    try {
      const shown = displayName?.trim()
      if (joining)
        await client.auth.register({
          name: name.trim(),
          password,
          ...(shown ? { displayName: shown } : {}),
        })
      else await client.auth.login({ name: name.trim(), password })
      onDone()
    } catch (error) {
      setFailure(rejectText(error, t))
      setBusy(false)
    }
  }

  return (
    <div className={styles['form']}>
      <Heading>{joining ? t('auth.signUpTitle') : t('auth.signInTitle')}</Heading>
      <p className={styles['hint']}>{joining ? t('auth.signUpHint') : t('auth.signInHint')}</p>
      {failure && (
        <p className={styles['failure']} role="alert">
          {failure}
        </p>
      )}
      <Form<Values>
        key={face}
        layout="vertical"
        requiredMark={false}
        size="large"
        onFinish={(values) => void submit(values)}
      >
        <Form.Item
          name="name"
          label={t('auth.name')}
          extra={joining ? t('auth.nameRule') : undefined}
          rules={[{ required: true, message: t('auth.nameNeeded') }]}
        >
          <Input
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={32}
            autoFocus
          />
        </Form.Item>
        {joining && (
          <Form.Item name="displayName" label={t('auth.displayName')}>
            <Input autoComplete="nickname" maxLength={40} placeholder={t('auth.displayNameHint')} />
          </Form.Item>
        )}
        <Form.Item
          name="password"
          label={t('auth.password')}
          extra={joining ? t('auth.passwordRule') : undefined}
          rules={[
            { required: true, message: t('auth.passwordNeeded') },
            ...(joining ? [{ min: 8, message: t('auth.passwordShort') }] : []),
          ]}
        >
          <Input.Password
            autoComplete={joining ? 'new-password' : 'current-password'}
            maxLength={128}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {joining ? t('auth.signUp') : t('auth.signIn')}
        </Button>
      </Form>
      <p className={styles['other']}>
        {joining ? t('auth.haveAccount') : t('auth.noAccount')}{' '}
        <button
          type="button"
          onClick={() => {
            setFace(joining ? 'login' : 'register')
            setFailure(undefined)
          }}
        >
          {joining ? t('auth.signIn') : t('auth.signUp')}
        </button>
      </p>
    </div>
  )
}
