/** An amount of coins with its mark. */
import { useT } from '../i18n/index.ts'
import { fullNumber, shortNumber } from '../lib/format.ts'
import { coinArt } from './art.ts'
import styles from './coins.module.css'

export function Coins({
  amount,
  short = false,
  size = 14,
}: {
  amount: number
  short?: boolean
  size?: number
}) {
  const { t, locale } = useT()
  const text = short ? shortNumber(amount, locale) : fullNumber(amount, locale)
  return (
    <span className={`${styles['coins']} number`}>
      <img src={coinArt} alt={t('gift.coins')} width={size} height={size} />
      {text}
    </span>
  )
}
