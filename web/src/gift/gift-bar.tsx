/** The shelf of gifts: choose, count, send, hold for a combo; balance and top-up at its end. */
import { PlusOutlined } from '@ant-design/icons'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { GiftSku, LiveRoom } from '../../../sdk/index.ts'
import { useUser } from '../../../sdk/react/index.ts'
import { useSession } from '../account/session.tsx'
import { Bone } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import { giftArt } from './art.ts'
import { Coins } from './coins.tsx'
import { COMBO_MS, useCatalogue, useGiftSender, useWallet } from './use-gifts.ts'
import styles from './gift-bar.module.css'

const TopUpDialog = lazy(async () => ({
  default: (await import('../wallet/top-up-dialog.tsx')).TopUpDialog,
}))
const COUNTS = [1, 10, 66, 188, 520]
const HOLD_MS = 450

export function GiftBar({ room, sheet = false }: { room: LiveRoom | undefined; sheet?: boolean }) {
  const { t, language } = useT()
  const gifts = useCatalogue()
  const user = useUser()
  const session = useSession()
  const wallet = useWallet()
  const sender = useGiftSender(room)
  const [chosen, choose] = useState<string>()
  const [count, setCount] = useState(1)
  const [filling, setFilling] = useState(false)
  const gift = gifts.find(({ id }) => id === chosen)
  const lacking = sender.lacking

  return (
    <div
      className={sheet ? `${styles['bar']} ${styles['sheet']}` : styles['bar']}
      role="group"
      aria-label={t('gift.label')}
      data-testid="gift-bar"
    >
      <ul className={styles['shelf']}>
        {gifts.length === 0 &&
          COUNTS.map((n) => (
            <li key={n}>
              <Bone width={64} height={76} />
            </li>
          ))}
        {gifts.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className={styles['tile']}
              aria-pressed={one.id === chosen}
              onClick={() => {
                choose(one.id === chosen ? undefined : one.id)
                setCount(1)
              }}
            >
              <img src={giftArt(one.id)} alt="" width="44" height="44" />
              <span className={styles['name']}>{one.name[language]}</span>
              <span className={styles['price']}>
                <Coins amount={one.price} size={12} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {gift && (
        <div className={styles['order']}>
          <div className={styles['counts']} role="group" aria-label={t('gift.count')}>
            {COUNTS.map((n) => (
              <button
                key={n}
                type="button"
                className="number"
                aria-pressed={n === count}
                onClick={() => setCount(n)}
              >
                {n}
              </button>
            ))}
          </div>
          <Send gift={gift} count={count} sender={sender} label={t('gift.send')} />
        </div>
      )}
      <div className={styles['purse']}>
        {user ? (
          <>
            <span className={styles['balance']} data-testid="balance">
              {wallet.data ? <Coins amount={wallet.data.balance} size={16} /> : <Bone width={60} />}
            </span>
            <button type="button" className={styles['top']} onClick={() => setFilling(true)}>
              <PlusOutlined aria-hidden /> {t('wallet.topUp')}
            </button>
          </>
        ) : (
          <button type="button" className={styles['top']} onClick={() => session.require()}>
            {t('gift.signIn')}
          </button>
        )}
      </div>
      {(filling || lacking !== undefined) && (
        <Suspense fallback={null}>
          <TopUpDialog
            lacking={lacking}
            onClose={() => {
              setFilling(false)
              sender.settleLacking()
            }}
          />
        </Suspense>
      )}
    </div>
  )
}

/** Sends on a press, and again and again while it is held. */
function Send(props: {
  gift: GiftSku
  count: number
  sender: ReturnType<typeof useGiftSender>
  label: string
}) {
  const { gift, count, sender } = props
  const { t } = useT()
  const holding = useRef(false)
  const repeated = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const { last } = sender
  const [combo, setCombo] = useState(false)
  const mine = last?.gift === gift.id

  useEffect(() => {
    if (!mine || !last) return setCombo(false)
    setCombo(true)
    const over = setTimeout(() => setCombo(false), Math.max(0, last.at + COMBO_MS - Date.now()))
    return () => clearTimeout(over)
  }, [last, mine])
  useEffect(
    () => () => {
      holding.current = false
      clearTimeout(timer.current)
    },
    [],
  )

  const repeat = async () => {
    repeated.current = true
    while (holding.current) {
      if (!(await sender.send(gift, count))) return
    }
  }
  const press = () => {
    holding.current = true
    repeated.current = false
    timer.current = setTimeout(() => void repeat(), HOLD_MS)
  }
  const release = () => {
    holding.current = false
    clearTimeout(timer.current)
  }
  return (
    <button
      type="button"
      className={styles['send']}
      data-combo={combo || undefined}
      onPointerDown={({ button }) => button === 0 && press()}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onClick={() => {
        if (!repeated.current) void sender.send(gift, count)
        repeated.current = false
      }}
    >
      {combo && last ? (
        <>
          <svg
            key={last.at}
            viewBox="0 0 100 100"
            preserveAspectRatio="none"
            aria-hidden="true"
            className={styles['ring']}
          >
            <rect x="1" y="1" width="98" height="98" rx="20" pathLength="100" />
          </svg>
          <span>{t('gift.combo')}</span>
          <b className="number">×{last.total}</b>
        </>
      ) : (
        <>
          <span>{props.label}</span>
          <Coins amount={gift.price * count} size={13} />
        </>
      )}
    </button>
  )
}
