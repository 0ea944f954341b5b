/** Buying coins: choose, pay on the provider's page, see the balance rise here. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useEffect, useEffectEvent, useState } from 'react'
import type { TopUp } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { fullNumber, money } from '../lib/format.ts'
import { CENTS_A_COIN, PACKS, TopUpTiles } from './top-up-tiles.tsx'
import styles from './top-up.module.css'

export function TopUpDialog(props: {
  lacking: number | undefined
  pack?: number
  onClose: () => void
}) {
  const { lacking, onClose } = props
  const { t, locale } = useT()
  const client = useClient()
  const queries = useQueryClient()
  const [coins, setCoins] = useState(
    () => props.pack ?? PACKS.find((pack) => pack >= (lacking ?? 300)) ?? PACKS.at(-1)!,
  )
  const [order, setOrder] = useState<TopUp>()
  const [busy, setBusy] = useState(false)

  const state = useQuery({
    queryKey: ['top-up', order?.id],
    queryFn: () => client.wallet.topUpState(order!.id),
    enabled: order !== undefined,
    refetchInterval: ({ state: { data } }) => (data && data.state !== 'pending' ? false : 1500),
  }).data?.state

  const credited = useEffectEvent(() => {
    void queries.invalidateQueries({ queryKey: ['wallet'] })
    void queries.invalidateQueries({ queryKey: ['entries'] })
    toast({ text: t('wallet.credited', { coins: fullNumber(coins, locale) }), tone: 'good' })
    onClose()
  })
  useEffect(() => {
    if (state === 'credited') credited()
  }, [state])

  const pay = async () => {
    // Opened within the press: later the browser takes it for a pop-up of its own accord.
    const page = window.open('about:blank', '_blank')
    setBusy(true)
    try {
      const made = await client.wallet.topUp({ coins, provider: 'sandbox' })
      setOrder(made)
      if (page) page.location.href = new URL(made.checkoutUrl, location.origin).href
    } catch (error) {
      page?.close()
      toast({ text: rejectText(error, t), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  const over = state === 'failed' || state === 'expired'

  return (
    <Modal
      open
      centered
      width={460}
      title={t('wallet.topUp')}
      footer={null}
      onCancel={onClose}
      destroyOnHidden
    >
      {order && !over ? (
        <div className={styles['waiting']}>
          <span className={styles['pulse']} aria-hidden="true" />
          <p role="status">{t('wallet.waiting')}</p>
          <Button href={order.checkoutUrl} target="_blank" rel="noreferrer">
            {t('wallet.openAgain')}
          </Button>
        </div>
      ) : (
        <div className={styles['choose']}>
          {lacking !== undefined && (
            <p>{t('wallet.lacking', { coins: fullNumber(lacking, locale) })}</p>
          )}
          {over && <p role="alert">{t('wallet.notPaid')}</p>}
          <TopUpTiles packs={PACKS} chosen={coins} onPick={setCoins} />
          <Button type="primary" size="large" block loading={busy} onClick={() => void pay()}>
            {t('wallet.pay', { money: money(coins * CENTS_A_COIN, locale) })}
          </Button>
          <p className={styles['note']}>{t('wallet.sandbox')}</p>
        </div>
      )}
    </Modal>
  )
}
