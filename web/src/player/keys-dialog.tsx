/** The keys of a room on one card. */
import { Modal } from 'antd'
import { useT } from '../i18n/index.ts'
import styles from './keys-dialog.module.css'

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useT()
  const keys = [
    [t('keys.space'), t('keys.play')],
    ['M', t('keys.mute')],
    ['F', t('keys.fullscreen')],
    ['D', t('keys.danmaku')],
    ['T', t('keys.theatre')],
    ['?', t('keys.help')],
  ] as const
  return (
    <Modal open title={t('keys.title')} footer={null} onCancel={onClose} width={380}>
      <dl className={styles['keys']}>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
