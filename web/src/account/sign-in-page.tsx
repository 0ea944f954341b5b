/** Sign in as a page of its own, for links from outside. */
import { useEffect } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useUser } from '../../../sdk/react/index.ts'
import { useTitle } from '../frame/page.tsx'
import { useT } from '../i18n/index.ts'
import { AuthForm } from './auth-form.tsx'
import { Entry } from './entry.tsx'

export function SignInPage() {
  const { t } = useT()
  const user = useUser()
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const wish = params.get('to') ?? '/'
  // Only a path of this site: a foreign address must not come by a link.
  const to = /^\/(?![/\\])/.test(wish) ? wish : '/'
  useTitle(t('auth.signIn'))
  useEffect(() => {
    if (user) void navigate(to, { replace: true })
  }, [user, navigate, to])
  return (
    <Entry>
      <AuthForm
        heading="h1"
        initial={params.has('new') ? 'register' : 'login'}
        onDone={() => void navigate(to, { replace: true })}
      />
    </Entry>
  )
}
