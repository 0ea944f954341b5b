/** The three states of every list beside its content: loading, empty, failed. */
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import styles from './states.module.css'

export function Bone({
  width = '100%',
  height = 14,
  round = false,
}: {
  width?: number | string
  height?: number | string
  round?: boolean
}) {
  return (
    <span
      className={styles['bone']}
      style={{ width, height, borderRadius: round ? 'var(--r-chip)' : undefined }}
      aria-hidden="true"
    />
  )
}

export function Empty(props: { art?: ReactNode; text: string; hint?: string; action?: ReactNode }) {
  return (
    <div className={styles['state']}>
      {props.art ?? <Bubbles />}
      <p className={styles['text']}>{props.text}</p>
      {props.hint && <p className={styles['hint']}>{props.hint}</p>}
      {props.action}
    </div>
  )
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useT()
  return (
    <div className={styles['state']} role="alert">
      <Bubbles sad />
      <p className={styles['text']}>{rejectText(error, t)}</p>
      {retry && <Button onClick={retry}>{t('common.retry')}</Button>}
    </div>
  )
}

/** Three dots in conversation, as in the mark. */
function Bubbles({ sad = false }: { sad?: boolean }) {
  return (
    <svg width="88" height="64" viewBox="0 0 88 64" aria-hidden="true" className={styles['art']}>
      <circle cx="28" cy="26" r="15" />
      <circle cx="62" cy="20" r="9" className={styles['second']} />
      <path
        d="M54 36c10 0 17 5.500 17 13 0 3.500-1.500 6.500-4 9l1.600 5-6.400-2.200c-2.500 1-5.200 1.400-8.200 1.400-10 0-17-5.700-17-13.200S44 36 54 36z"
        className={styles['third']}
      />
      <g className={styles['face']}>
        <circle cx="23" cy="24" r="1.800" />
        <circle cx="33" cy="24" r="1.800" />
        <path d={sad ? 'M23 33c3-3 7-3 10 0' : 'M23 30c3 3 7 3 10 0'} />
      </g>
    </svg>
  )
}
