/** Asks for the reason of a deed, and for what else it takes; stays open with the refusal where it is refused. */
import { Form, Input, Modal } from 'antd'
import { useState, type ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './action-menu.module.css'

export function ReasonDialog<Filled extends { readonly reason: string }>(props: {
  title: string
  hint: string
  /** It takes something away from people: the button says so. */
  harsh?: boolean
  initial?: Partial<Filled>
  /** Form items before the reason. */
  children?: ReactNode
  run: (filled: Filled) => Promise<unknown>
  onClose: () => void
}) {
  const { title, hint, harsh = false, initial, children, run, onClose } = props
  const { t } = useT()
  const { a, refusal } = useAdminT()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const [form] = Form.useForm()
  const submit = async (filled: Filled) => {
    setBusy(true)
    try {
      await run(filled)
      toast({ text: a('done', { action: title }), tone: 'good' })
      void queries.invalidateQueries({ queryKey: ['admin'] })
      onClose()
    } catch (error) {
      setFailed(error)
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      centered
      destroyOnHidden
      width={440}
      title={title}
      okText={a('run')}
      okButtonProps={{ danger: harsh }}
      cancelText={t('common.cancel')}
      confirmLoading={busy}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ ...initial, reason: '' }}
        onFinish={(filled: Filled) => void submit(filled)}
      >
        <p className={styles['hint']}>{hint}</p>
        {children}
        <Form.Item
          name="reason"
          label={a('reason')}
          extra={a('reasonHint')}
          rules={[
            { required: true, whitespace: true, min: 3, max: 200, message: a('reasonShort') },
          ]}
        >
          <Input.TextArea rows={3} maxLength={200} />
        </Form.Item>
        {failed !== undefined && (
          <p role="alert" className={styles['failed']}>
            {refusal(failed)}
          </p>
        )}
      </Form>
    </Modal>
  )
}
