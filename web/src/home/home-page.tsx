/** Discover: what is live now, by category and search, and what can be watched again. */
import { SearchOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useSearchParams, useNavigate } from 'react-router'
import { useUser } from '../../../sdk/react/index.ts'
import { useSession } from '../account/session.tsx'
import { Brand } from '../frame/brand.tsx'
import { Empty, Failed } from '../frame/states.tsx'
import { LanguageSwitch } from '../frame/language-switch.tsx'
import { useTitle } from '../frame/page.tsx'
import { useT } from '../i18n/index.ts'
import { Hero } from './hero.tsx'
import { CardBones, LiveCard, ReplayCard } from './live-card.tsx'
import { useLiveList, useReplays } from './queries.ts'
import { useCategories } from './use-categories.ts'
import styles from './home.module.css'

export function HomePage() {
  const { t, language } = useT()
  const navigate = useNavigate()
  const [params, setParams] = useSearchParams()
  const category = params.get('category') ?? undefined
  const q = params.get('q') ?? ''
  const categories = useCategories()
  const list = useLiveList(category, q)
  const cards = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data])
  const live = useMemo(() => cards.filter(({ status }) => status === 'live'), [cards])
  const replays = useReplays(cards)
  const plain = !category && !q
  useTitle(t('nav.home'))

  const pick = (id: string | undefined) =>
    setParams((before) => {
      const next = new URLSearchParams(before)
      if (id) next.set('category', id)
      else next.delete('category')
      return next
    })

  return (
    <div className={styles['page']}>
      <Top q={q} onSearch={(text) => setParams(text ? { q: text } : {})} />
      {plain && live.length > 0 && <Hero cards={live} />}
      {!(plain && live.length > 0) && <h1 className="hidden-visually">{t('nav.home')}</h1>}
      <div className={styles['chips']} role="group" aria-label={t('home.categories')}>
        <Chip on={!category} label={t('home.all')} onClick={() => pick(undefined)} />
        {categories.map((one) => (
          <Chip
            key={one.id}
            on={category === one.id}
            label={one[language]}
            onClick={() => pick(one.id)}
          />
        ))}
      </div>
      <section aria-label={t('home.liveNow')}>
        <h2 className={styles['heading']}>
          {q
            ? t('home.results', { q })
            : (categories.find(({ id }) => id === category)?.[language] ?? t('home.liveNow'))}
        </h2>
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : list.isPending ? (
          <div className={styles['grid']} aria-busy="true">
            <CardBones count={8} />
          </div>
        ) : cards.length === 0 ? (
          q || category ? (
            <Empty
              text={t('home.nothingFound')}
              action={<Button onClick={() => setParams({})}>{t('home.showAll')}</Button>}
            />
          ) : (
            <Empty
              text={t('home.nobodyLive')}
              hint={t('home.beFirst')}
              action={
                <Button type="primary" onClick={() => navigate('/studio')}>
                  {t('home.goLive')}
                </Button>
              }
            />
          )
        ) : (
          <div className={styles['grid']}>
            {cards.map((card) => (
              <LiveCard key={card.id} card={card} categories={categories} />
            ))}
          </div>
        )}
        {list.hasNextPage && (
          <div className={styles['more']}>
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('common.more')}
            </Button>
          </div>
        )}
      </section>
      {replays.length > 0 && (
        <section aria-label={t('home.replays')}>
          <h2 className={styles['heading']}>{t('home.replays')}</h2>
          <div className={styles['grid']}>
            {replays.map((replay) => (
              <ReplayCard key={replay.id} replay={replay} />
            ))}
          </div>
        </section>
      )}
    </div>
  )
}

function Top({ q, onSearch }: { q: string; onSearch: (text: string) => void }) {
  const { t } = useT()
  const user = useUser()
  const session = useSession()
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  return (
    <div className={styles['top']}>
      <span className={styles['brand']}>
        <Brand />
      </span>
      <form
        role="search"
        className={styles['search']}
        onSubmit={(event) => {
          event.preventDefault()
          onSearch(text.trim())
        }}
      >
        <SearchOutlined aria-hidden />
        <input
          type="search"
          value={text}
          maxLength={60}
          placeholder={t('home.search')}
          aria-label={t('home.search')}
          onChange={({ target }) => {
            setText(target.value)
            if (!target.value) onSearch('')
          }}
        />
      </form>
      <span className={styles['side']}>
        <LanguageSwitch />
        {session.settled && !user && (
          <Button type="primary" onClick={() => session.require()}>
            {t('auth.signIn')}
          </Button>
        )}
      </span>
    </div>
  )
}

function Chip({ on, label, onClick }: { on: boolean; label: string; onClick: () => void }) {
  return (
    <button type="button" className={styles['chip']} aria-pressed={on} onClick={onClick}>
      {label}
    </button>
  )
}
