/** The wallet: what is there, what may still be spent today, what was earned, and every line of it. */
import { PlusOutlined } from '@ant-design/icons'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import type { Wallet, WalletEntry } from '../../../sdk/index.ts'
import { useClient, useUser } from '../../../sdk/react/index.ts'
import { Card } from '../frame/card.tsx'
import { NeedSignIn } from '../frame/need-sign-in.tsx'
import { Page } from '../frame/page.tsx'
import { Bone, Empty, Failed } from '../frame/states.tsx'
import { coinArt, giftArt } from '../gift/art.ts'
import { Coins } from '../gift/coins.tsx'
import { useWallet } from '../gift/use-gifts.ts'
import { useT } from '../i18n/index.ts'
import { dateTime, fullNumber, money } from '../lib/format.ts'
import { entryText } from './entry-text.ts'
import { CENTS_A_COIN, PACKS, TopUpTiles } from './top-up-tiles.tsx'
import { TopUpDialog } from './top-up-dialog.tsx'
import styles from './wallet.module.css'

export function WalletPage() {
  const { t } = useT()
  return (
    <NeedSignIn title={t('nav.wallet')} text={t('wallet.signIn')}>
      <Inside />
    </NeedSignIn>
  )
}

function Inside() {
  const { t, locale } = useT()
  const wallet = useWallet()
  const [pack, setPack] = useState<number>()
  const data = wallet.data
  return (
    <Page title={t('nav.wallet')} narrow>
      {wallet.isError ? (
        <Failed error={wallet.error} retry={() => void wallet.refetch()} />
      ) : (
        <div className={styles['grid']}>
          <section className={styles['balance']} aria-label={t('wallet.balance')}>
            <span>{t('wallet.balance')}</span>
            <strong className="number" data-testid="wallet-balance">
              <img src={coinArt} alt="" width="44" height="44" />
              {data ? fullNumber(data.balance, locale) : <Bone width={140} height={40} />}
            </strong>
            <span className={styles['worth']}>
              {data
                ? t('wallet.worth', { money: money(data.balance * CENTS_A_COIN, locale) })
                : ' '}
            </span>
            {data && <Limit wallet={data} />}
          </section>
          <Earnings wallet={data} />
          <Card title={t('wallet.topUp')} className={styles['packs']}>
            <TopUpTiles packs={PACKS} onPick={setPack} />
            <p className={styles['sandbox']}>{t('wallet.sandbox')}</p>
          </Card>
          <Entries />
        </div>
      )}
      {pack !== undefined && (
        <TopUpDialog lacking={undefined} pack={pack} onClose={() => setPack(undefined)} />
      )}
    </Page>
  )
}

function Limit({ wallet }: { wallet: Wallet }) {
  const { t, locale } = useT()
  const part = wallet.dailyLimit > 0 ? Math.min(1, wallet.spentToday / wallet.dailyLimit) : 1
  return (
    <div className={styles['limit']}>
      <div
        className={styles['track']}
        role="progressbar"
        aria-label={t('wallet.limit')}
        aria-valuemin={0}
        aria-valuemax={wallet.dailyLimit}
        aria-valuenow={wallet.spentToday}
      >
        <i style={{ inlineSize: `${part * 100}%` }} data-near={part >= 0.5 || undefined} />
      </div>
      <span className="number">
        {t('wallet.limitText', {
          spent: fullNumber(wallet.spentToday, locale),
          limit: fullNumber(wallet.dailyLimit, locale),
        })}
      </span>
    </div>
  )
}

function Earnings({ wallet }: { wallet: Wallet | undefined }) {
  const { t, locale } = useT()
  return (
    <Card title={t('wallet.earnings')} className={styles['earnings']}>
      <dl>
        <div>
          <dt>{t('wallet.available')}</dt>
          <dd className="number">
            {wallet ? <Coins amount={wallet.earnings.available} size={18} /> : <Bone width={80} />}
          </dd>
        </div>
        <div>
          <dt>{t('wallet.earned')}</dt>
          <dd className="number">
            {wallet ? <Coins amount={wallet.earnings.total} size={18} /> : <Bone width={80} />}
          </dd>
        </div>
      </dl>
      <p>
        {wallet && wallet.earnings.total > 0
          ? t('wallet.earnedWorth', {
              money: money(wallet.earnings.available * CENTS_A_COIN, locale),
            })
          : t('wallet.earnHint')}
      </p>
    </Card>
  )
}

function Entries() {
  const { t } = useT()
  const client = useClient()
  const me = useUser()?.id
  const list = useInfiniteQuery({
    queryKey: ['entries', me],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => client.wallet.entries(pageParam, { signal }),
    getNextPageParam: (page) => page.next,
  })
  const entries = list.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Card title={t('wallet.ledger')} className={styles['ledger']}>
      {list.isError ? (
        <Failed error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <div className={styles['bones']}>
          <Bone height={44} />
          <Bone height={44} />
          <Bone height={44} />
        </div>
      ) : entries.length === 0 ? (
        <Empty text={t('wallet.noEntries')} hint={t('wallet.noEntriesHint')} />
      ) : (
        <ul className={styles['entries']}>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </Card>
  )
}

function Entry({ entry }: { entry: WalletEntry }) {
  const { t, language, locale } = useT()
  const { title, detail } = entryText(entry, t, language)
  const gift = entry.memo.gift
  return (
    <li>
      <span className={styles['icon']}>
        {gift ? (
          <img src={giftArt(gift)} alt="" width="28" height="28" />
        ) : entry.kind === 'topup' ? (
          <PlusOutlined aria-hidden />
        ) : (
          <img src={coinArt} alt="" width="24" height="24" />
        )}
      </span>
      <span className={styles['what']}>
        <span className="foreign one-line">{title}</span>
        <span className="foreign one-line">
          {dateTime(entry.at, locale)}
          {detail && ` · ${detail}`}
        </span>
      </span>
      <span className={`${styles['amount']} number`} data-in={entry.amount > 0 || undefined}>
        {entry.amount > 0 ? '+' : '−'}
        {fullNumber(Math.abs(entry.amount), locale)}
      </span>
    </li>
  )
}
