/** Where the streaming program sends to: address and key, with copy, reveal and a new key. */
import { CopyOutlined, EyeInvisibleOutlined, EyeOutlined, KeyOutlined } from '@ant-design/icons'
import { Button, Popconfirm } from 'antd'
import { useState } from 'react'
import type { MyLive } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import styles from './studio.module.css'

export function Address({ live, onRotated }: { live: MyLive; onRotated: () => void }) {
  const { t } = useT()
  const client = useClient()
  const [key, setKey] = useState<string>()
  const [shown, setShown] = useState(false)
  const [busy, setBusy] = useState(false)

  const rotate = async () => {
    setBusy(true)
    try {
      const made = await client.live.rotateKey(live.id)
      setKey(made.key)
      setShown(false)
      onRotated()
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text)
      toast({ text: t('common.copied'), tone: 'good' })
    } catch {
      toast({ text: t('common.copyFailed'), tone: 'bad' })
    }
  }
  return (
    <div className={styles['address']}>
      <Field label={t('studio.server')} value={live.rtmpUrl}>
        <Button
          icon={<CopyOutlined />}
          aria-label={t('studio.copyServer')}
          onClick={() => void copy(live.rtmpUrl)}
        />
      </Field>
      {key ? (
        <>
          <Field label={t('studio.key')} value={shown ? key : '•'.repeat(24)}>
            <Button
              icon={shown ? <EyeInvisibleOutlined /> : <EyeOutlined />}
              aria-label={shown ? t('studio.hideKey') : t('studio.showKey')}
              onClick={() => setShown(!shown)}
            />
            <Button
              icon={<CopyOutlined />}
              aria-label={t('studio.copyKey')}
              onClick={() => void copy(key)}
            />
          </Field>
          <p className={styles['hint']}>{t('studio.keyOnce')}</p>
        </>
      ) : live.hasKey ? (
        <>
          <Field label={t('studio.key')} value={t('studio.keyKept')} />
          <Popconfirm
            title={t('studio.rotateSure')}
            description={t('studio.rotateHint')}
            okText={t('studio.rotate')}
            cancelText={t('common.cancel')}
            onConfirm={() => void rotate()}
          >
            <Button icon={<KeyOutlined />} loading={busy}>
              {t('studio.rotate')}
            </Button>
          </Popconfirm>
        </>
      ) : (
        <Button type="primary" icon={<KeyOutlined />} loading={busy} onClick={() => void rotate()}>
          {t('studio.makeKey')}
        </Button>
      )}
      <details className={styles['howTo']}>
        <summary>{t('studio.howTo')}</summary>
        <ol>
          <li>{t('studio.howTo1')}</li>
          <li>{t('studio.howTo2')}</li>
          <li>{t('studio.howTo3')}</li>
        </ol>
      </details>
    </div>
  )
}

function Field(props: { label: string; value: string; children?: React.ReactNode }) {
  return (
    <div className={styles['field']}>
      <span>{props.label}</span>
      <div>
        <code>{props.value}</code>
        {props.children}
      </div>
    </div>
  )
}
