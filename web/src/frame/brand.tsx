/** The mark of Plaza, and the mark with its name. */
import styles from './brand.module.css'

export function Mark({ size = 32 }: { size?: number }) {
  return <img src="/favicon.svg" width={size} height={size} alt="" className={styles['mark']} />
}

export function Brand() {
  return (
    <span className={styles['brand']}>
      <Mark />
      <span>Plaza</span>
      <span className={styles['zh']} lang="zh">
        广场
      </span>
    </span>
  )
}
