/** A new password. */
import { Button, Checkbox, Form, Input } from 'antd'
import { useState } from 'react'
import { useClient } from '../../../sdk/react/index.ts'
import { useQueryClient } from '@tanstack/react-query'
import { Card } from '../frame/card.tsx'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import styles from './settings.module.css'

interface Values {
  current: string
  next: string
  endOthers: boolean
}

export function PasswordCard() {
  const { t } = useT()
  const client = useClient()
  const queries = useQueryClient()
  const [form] = Form.useForm<Values>()
  const [busy, setBusy] = useState(false)
  const save = async (values: Values) => {
    setBusy(true)
    try {
      await client.auth.changePassword(values)
      form.resetFields()
      void queries.invalidateQueries({ queryKey: ['sessions'] })
      toast({ text: t('settings.passwordChanged'), tone: 'good' })
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={t('settings.password')}>
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        className={styles['narrow']}
        initialValues={{ endOthers: true }}
        onFinish={(values) => void save(values)}
      >
        <Form.Item
          name="current"
          label={t('settings.currentPassword')}
          rules={[{ required: true, message: t('auth.passwordNeeded') }]}
        >
          <Input.Password autoComplete="current-password" maxLength={128} />
        </Form.Item>
        <Form.Item
          name="next"
          label={t('settings.newPassword')}
          extra={t('auth.passwordRule')}
          rules={[
            { required: true, message: t('auth.passwordNeeded') },
            { min: 8, message: t('auth.passwordShort') },
          ]}
        >
          <Input.Password autoComplete="new-password" maxLength={128} />
        </Form.Item>
        <Form.Item name="endOthers" valuePropName="checked">
          <Checkbox>{t('settings.endOthers')}</Checkbox>
        </Form.Item>
        <Button htmlType="submit" loading={busy}>
          {t('settings.changePassword')}
        </Button>
      </Form>
    </Card>
  )
}
