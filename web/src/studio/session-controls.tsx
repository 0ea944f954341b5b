/** Pause, go on, end, and slow mode: what the host decides about the session. */
import { CaretRightOutlined, PauseOutlined, StopOutlined } from '@ant-design/icons'
import { Button, Popconfirm, Select } from 'antd'
import { useState } from 'react'
import type { LiveRoom, LiveStatus } from '../../../sdk/index.ts'
import { useRoom } from '../../../sdk/react/index.ts'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import styles from './studio.module.css'

const SLOW = [0, 3, 5, 10, 30, 60, 120]

export function SessionControls({
  room,
  state,
}: {
  room: LiveRoom | undefined
  state: LiveStatus
}) {
  const { t } = useT()
  const [busy, setBusy] = useState(false)
  const slow = useRoom(room, (view) => view.danmaku.slowSeconds) ?? 0
  const act = async (call: () => Promise<unknown> | undefined) => {
    setBusy(true)
    try {
      await call()
    } catch (error) {
      toast({ text: rejectText(error, t), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  const on = state === 'live' || state === 'interrupted' || state === 'paused'
  return (
    <div className={styles['controls']}>
      <label className={styles['slow']}>
        <span>{t('studio.slow')}</span>
        <Select
          value={SLOW.includes(slow) ? slow : 0}
          disabled={!room}
          aria-label={t('studio.slow')}
          options={SLOW.map((seconds) => ({
            value: seconds,
            label: seconds === 0 ? t('studio.slowOff') : t('studio.slowSeconds', { seconds }),
          }))}
          onChange={(seconds) => void act(() => room?.danmaku.slow(seconds))}
        />
      </label>
      {on && (
        <span className={styles['buttons']}>
          {state === 'paused' ? (
            <Button
              icon={<CaretRightOutlined />}
              disabled={busy || !room}
              onClick={() => void act(() => room?.session.resume())}
            >
              {t('studio.resume')}
            </Button>
          ) : (
            <Button
              icon={<PauseOutlined />}
              disabled={busy || !room || state !== 'live'}
              onClick={() => void act(() => room?.session.pause())}
            >
              {t('studio.pause')}
            </Button>
          )}
          <Popconfirm
            title={t('studio.endSure')}
            description={t('studio.endHint')}
            okText={t('studio.end')}
            cancelText={t('common.cancel')}
            onConfirm={() => void act(() => room?.session.end())}
          >
            <Button danger icon={<StopOutlined />} disabled={busy || !room}>
              {t('studio.end')}
            </Button>
          </Popconfirm>
        </span>
      )}
    </div>
  )
}
