/** Open rooms: search, kinds, order, and the keyboard (J, K, Enter). */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { RoomRow, RoomSort } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { Bone, Empty, Failed } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import { fullNumber } from '../lib/format.ts'
import type { Staff } from './rights.ts'
import { TableRow } from './table-row.tsx'
import type { AdminKey } from './texts.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './table.module.css'

const REFRESH_MS = 5_000
const kinds = ['live', 'group', 'dm', 'user'] as const
const columns: readonly { key: AdminKey; sort?: RoomSort; rest?: boolean; number?: boolean }[] = [
  { key: 'column.key', sort: 'key' },
  { key: 'column.node', rest: true },
  { key: 'column.epoch', rest: true, number: true },
  { key: 'column.audience', sort: 'audience', number: true },
  { key: 'column.sockets', sort: 'sockets', rest: true, number: true },
  { key: 'column.events', sort: 'events', number: true },
  { key: 'column.bytes', sort: 'bytes', rest: true, number: true },
  { key: 'column.age', rest: true, number: true },
  { key: 'column.waiting', sort: 'waiting', rest: true, number: true },
]

export function RoomTable({ staff }: { staff: Staff }) {
  const { t } = useT()
  const { a, locale } = useAdminT()
  const client = useClient()
  const [text, setText] = useState('')
  const [kind, setKind] = useState<string>()
  const [sort, setSort] = useState<RoomSort>('audience')
  const q = useDeferredValue(text)
  const list = useInfiniteQuery({
    queryKey: ['admin', 'rooms', q, kind, sort],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      client.admin.rooms({ q, kind, sort, cursor: pageParam }, { signal }),
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })
  const rows = [
    ...new Map(
      list.data?.pages.flatMap(({ items }) => items.map((row) => [row.key, row])),
    ).values(),
  ]
  const missing = [...new Set(list.data?.pages.flatMap((page) => page.missing))]
  const chosen = useKeys(rows, staff === 'admin')
  return (
    <section className={styles['box']} aria-label={a('rooms')} data-testid="rooms">
      <header className={styles['tools']}>
        <Input
          type="search"
          className={styles['search']!}
          value={text}
          maxLength={100}
          allowClear
          placeholder={a('search')}
          aria-label={a('search')}
          onChange={({ target }) => setText(target.value)}
        />
        <Select
          className={styles['kinds']!}
          value={kind ?? ''}
          aria-label={a('kinds')}
          onChange={(value) => setKind(value || undefined)}
          options={[
            { value: '', label: a('allKinds') },
            ...kinds.map((value) => ({ value, label: a(`kind.${value}`) })),
          ]}
        />
        <span className={styles['total']}>
          {list.data && a('total', { count: fullNumber(list.data.pages[0]!.total, locale) })}
          {staff === 'admin' && <span className={styles['keys']}> · {a('keys')}</span>}
        </span>
      </header>
      {missing.length > 0 && (
        <p role="alert" className={styles['missing']}>
          {a('missing', { nodes: missing.join(', ') })}
        </p>
      )}
      {list.isError ? (
        <Failed error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Bone height={320} />
      ) : rows.length === 0 ? (
        <Empty text={a('noRooms')} />
      ) : (
        <table className={styles['table']}>
          <thead>
            <tr>
              {columns.map(({ key, sort: by, rest, number }) => (
                <th
                  key={key}
                  scope="col"
                  data-rest={rest}
                  data-number={number}
                  aria-sort={by === sort ? (by === 'key' ? 'ascending' : 'descending') : undefined}
                >
                  {by ? (
                    <button type="button" onClick={() => setSort(by)}>
                      {a(key)}
                    </button>
                  ) : (
                    a(key)
                  )}
                </th>
              ))}
              {staff === 'moderator' && <th scope="col">{a('actions')}</th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <TableRow key={row.key} row={row} staff={staff} chosen={at === chosen} />
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && (
        <Button block loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </section>
  )
}

/** The row that J and K have reached; Enter opens it. */
function useKeys(rows: readonly RoomRow[], active: boolean): number | undefined {
  const [at, setAt] = useState<number>()
  const navigate = useNavigate()
  const now = useRef({ rows, at })
  now.current = { rows, at }
  useEffect(() => {
    if (!active) return
    const press = (event: KeyboardEvent) => {
      const from = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (from.closest('input, textarea, select, [role="dialog"], [role="combobox"]')) return
      const { rows, at } = now.current
      if (event.key === 'j') setAt(Math.min(rows.length - 1, (at ?? -1) + 1))
      else if (event.key === 'k') setAt(Math.max(0, (at ?? rows.length) - 1))
      else if (event.key === 'Enter' && at !== undefined && !from.closest('a, button'))
        void navigate(`/admin/rooms/${encodeURIComponent(rows[at]!.key)}`)
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [active, navigate])
  return at
}
