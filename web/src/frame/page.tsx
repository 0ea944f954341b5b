/** A page's outline: title row and content, and what stands there while it loads. */
import { useEffect, type ReactNode } from 'react'
import { useT } from '../i18n/index.ts'
import { Bone } from './states.tsx'
import styles from './page.module.css'

export function Page(props: {
  title: string
  side?: ReactNode
  narrow?: boolean
  children: ReactNode
}) {
  useTitle(props.title)
  return (
    <div className={props.narrow ? `${styles['page']} ${styles['narrow']}` : styles['page']}>
      <header className={styles['head']}>
        <h1>{props.title}</h1>
        {props.side}
      </header>
      {props.children}
    </div>
  )
}

export function PageLoading() {
  const { t } = useT()
  return (
    <div className={styles['page']} aria-busy="true" aria-label={t('common.loading')}>
      <Bone width={180} height={28} />
      <div className={styles['loading']}>
        <Bone height={220} />
        <Bone height={120} />
      </div>
    </div>
  )
}

/** Sets the title of the tab while mounted. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (!title) return
    document.title = `${title} · Plaza`
    return () => {
      document.title = 'Plaza 广场'
    }
  }, [title])
}
