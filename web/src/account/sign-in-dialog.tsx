/** The sign-in form over whatever was open. */
import { Modal } from 'antd'
import { useT } from '../i18n/index.ts'
import { AuthForm } from './auth-form.tsx'

export function SignInDialog({ onClose }: { onClose: () => void }) {
  const { t } = useT()
  return (
    <Modal
      open
      footer={null}
      width={420}
      centered
      onCancel={onClose}
      destroyOnHidden
      aria-label={t('auth.signIn')}
    >
      <AuthForm onDone={onClose} />
    </Modal>
  )
}
