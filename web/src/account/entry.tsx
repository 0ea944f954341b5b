/** The outline of pages before the frame: brand beside a card. */
import type { ReactNode } from 'react'
import { Brand } from '../frame/brand.tsx'
import { LanguageSwitch } from '../frame/language-switch.tsx'
import { useT } from '../i18n/index.ts'
import { giftArt } from '../gift/art.ts'
import styles from './entry.module.css'

const FLOATING = ['heart', 'lantern', 'crown', 'rocket', 'flower', 'fireworks']

export function Entry({ children }: { children: ReactNode }) {
  const { t } = useT()
  return (
    <main className={styles['entry']} id="main">
      <section className={styles['welcome']} aria-hidden="true">
        {FLOATING.map((gift, at) => (
          <img
            key={gift}
            src={giftArt(gift)}
            alt=""
            className={styles['float']}
            style={{ '--n': at } as React.CSSProperties}
          />
        ))}
        <div className={styles['claim']}>
          <strong>{t('entry.claim')}</strong>
          <span>{t('entry.hint')}</span>
        </div>
      </section>
      <section className={styles['side']}>
        <header>
          <Brand />
          <LanguageSwitch />
        </header>
        <div className={styles['card']}>{children}</div>
      </section>
    </main>
  )
}
