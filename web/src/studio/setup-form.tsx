/** Title, category and cover of a room; creates it or changes it. */
import { LoadingOutlined, PictureOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select } from 'antd'
import { useRef, useState } from 'react'
import type { LiveCard } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { toast } from '../frame/toast.tsx'
import { useCategories } from '../home/use-categories.ts'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import styles from './studio.module.css'

const COVER_MB = 8

export function SetupForm({ live, onSaved }: { live?: LiveCard; onSaved: () => void }) {
  const { t, language } = useT()
  const client = useClient()
  const categories = useCategories()
  const [cover, setCover] = useState(live?.cover)
  const [uploading, setUploading] = useState(false)
  const [busy, setBusy] = useState(false)
  const file = useRef<HTMLInputElement>(null)

  const upload = async (image: File | undefined) => {
    if (!image) return
    if (image.size > COVER_MB * 2 ** 20) {
      toast({ text: t('studio.coverTooBig', { mb: COVER_MB }), tone: 'bad' })
      return
    }
    setUploading(true)
    try {
      setCover((await client.uploads.image(image, 'cover')).url)
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    } finally {
      setUploading(false)
    }
  }
  const save = async ({ title, category }: { title: string; category: string }) => {
    setBusy(true)
    try {
      const input = { title: title.trim(), category, ...(cover ? { cover } : {}) }
      if (live) await client.live.update(live.id, input)
      else await client.live.create(input)
      onSaved()
      if (live) toast({ text: t('common.saved'), tone: 'good' })
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }

  return (
    <Form
      layout="vertical"
      requiredMark={false}
      initialValues={{ title: live?.title, category: live?.category }}
      onFinish={(values) => void save(values)}
      className={styles['setup']}
    >
      <div className={styles['coverBox']}>
        <button type="button" className={styles['cover']} onClick={() => file.current?.click()}>
          {cover ? <img src={cover} alt="" /> : <PictureOutlined aria-hidden />}
          <span>
            {uploading && <LoadingOutlined />}{' '}
            {cover ? t('studio.changeCover') : t('studio.addCover')}
          </span>
        </button>
        <input
          ref={file}
          type="file"
          accept="image/png,image/jpeg,image/webp"
          hidden
          onChange={({ target }) => {
            void upload(target.files?.[0])
            target.value = ''
          }}
        />
      </div>
      <div>
        <Form.Item
          name="title"
          label={t('studio.title')}
          rules={[{ required: true, whitespace: true, message: t('studio.titleNeeded') }]}
        >
          <Input maxLength={60} showCount placeholder={t('studio.titleHint')} />
        </Form.Item>
        <Form.Item
          name="category"
          label={t('studio.category')}
          rules={[{ required: true, message: t('studio.categoryNeeded') }]}
        >
          <Select
            placeholder={t('studio.categoryHint')}
            options={categories.map((one) => ({ value: one.id, label: one[language] }))}
          />
        </Form.Item>
        <Button type={live ? 'default' : 'primary'} htmlType="submit" loading={busy}>
          {live ? t('common.save') : t('studio.createButton')}
        </Button>
      </div>
    </Form>
  )
}
