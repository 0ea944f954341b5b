/** Packs of coins to choose from. */
import { useT } from '../i18n/index.ts'
import { fullNumber, money } from '../lib/format.ts'
import { coinArt } from '../gift/art.ts'
import styles from './top-up.module.css'

/** Price of a coin; the server's order names the sum that is charged. */
export const CENTS_A_COIN = 10
export const PACKS = [60, 300, 980, 1980, 5180, 10_000]

export function TopUpTiles(props: {
  packs: readonly number[]
  chosen?: number | undefined
  onPick: (coins: number) => void
}) {
  const { locale } = useT()
  return (
    <div className={styles['tiles']}>
      {props.packs.map((coins) => (
        <button
          key={coins}
          type="button"
          aria-pressed={props.chosen === undefined ? undefined : coins === props.chosen}
          onClick={() => props.onPick(coins)}
        >
          <span className="number">
            <img src={coinArt} alt="" width="20" height="20" />
            {fullNumber(coins, locale)}
          </span>
          <span className="number">{money(coins * CENTS_A_COIN, locale)}</span>
        </button>
      ))}
    </div>
  )
}
