/** Picture, shown name, a few words and interests. */
import { CameraOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select } from 'antd'
import { useRef, useState } from 'react'
import type { Me } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { Card } from '../frame/card.tsx'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import styles from './settings.module.css'

const AVATAR_MB = 8

export function ProfileCard({ user }: { user: Me }) {
  const { t } = useT()
  const client = useClient()
  const file = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const run = async (call: Promise<unknown>) => {
    setBusy(true)
    try {
      await call
      toast({ text: t('common.saved'), tone: 'good' })
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  const upload = (image: File | undefined) => {
    if (!image) return
    if (image.size > AVATAR_MB * 2 ** 20) {
      toast({ text: t('studio.coverTooBig', { mb: AVATAR_MB }), tone: 'bad' })
      return
    }
    void run(client.profile.setAvatar(image))
  }
  return (
    <Card title={t('settings.profile')}>
      <div className={styles['profile']}>
        <button
          type="button"
          className={styles['avatar']}
          aria-label={t('settings.changeAvatar')}
          onClick={() => file.current?.click()}
        >
          <Avatar id={user.id} name={user.displayName} url={user.avatar} size={96} />
          <span aria-hidden="true">
            <CameraOutlined />
          </span>
        </button>
        <input
          ref={file}
          type="file"
          accept="image/png,image/jpeg,image/webp"
          hidden
          onChange={({ target }) => {
            upload(target.files?.[0])
            target.value = ''
          }}
        />
        <Form
          layout="vertical"
          requiredMark={false}
          initialValues={{ displayName: user.displayName, bio: user.bio, tags: [...user.tags] }}
          onFinish={(values: { displayName: string; bio: string; tags: string[] }) =>
            void run(
              client.profile.update({
                displayName: values.displayName.trim(),
                bio: values.bio.trim(),
                tags: values.tags,
              }),
            )
          }
        >
          <p className={styles['account']}>@{user.name}</p>
          <Form.Item
            name="displayName"
            label={t('auth.displayName')}
            rules={[{ required: true, whitespace: true, message: t('settings.nameNeeded') }]}
          >
            <Input maxLength={40} />
          </Form.Item>
          <Form.Item name="bio" label={t('settings.bio')}>
            <Input.TextArea
              maxLength={300}
              autoSize={{ minRows: 2, maxRows: 6 }}
              placeholder={t('settings.bioHint')}
            />
          </Form.Item>
          <Form.Item name="tags" label={t('settings.tags')}>
            <Select
              mode="tags"
              maxCount={10}
              tokenSeparators={[',', '，', ' ']}
              placeholder={t('settings.tagsHint')}
              open={false}
              suffixIcon={null}
            />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('common.save')}
          </Button>
        </Form>
      </div>
    </Card>
  )
}
