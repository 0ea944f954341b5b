/** Who did what to whom, and whether the log is whole. */
import { SafetyCertificateOutlined } from '@ant-design/icons'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link } from 'react-router'
import type { AuditEvent, AuditVerdict } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { Bone, Empty, Failed } from '../frame/states.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { calmText } from '../lib/calm-text.ts'
import { dateTime, fullNumber } from '../lib/format.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './table.module.css'

export function AuditLog() {
  const { t } = useT()
  const { a } = useAdminT()
  const client = useClient()
  const verify = useMutation({ mutationFn: () => client.admin.verifyAudit() })
  const list = useInfiniteQuery({
    queryKey: ['admin', 'audit'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => client.admin.audit({ cursor: pageParam }, { signal }),
    getNextPageParam: ({ next }) => next,
  })
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <section className={styles['box']} aria-label={a('audit')} data-testid="audit">
      <header className={styles['tools']}>
        <Button
          icon={<SafetyCertificateOutlined />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          {a('verify')}
        </Button>
        <span role="status" className={styles['verdict']} data-testid="verdict">
          {verify.data && <Verdict verdict={verify.data} />}
          {verify.error && rejectText(verify.error, t)}
        </span>
      </header>
      {list.isError ? (
        <Failed error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Bone height={320} />
      ) : rows.length === 0 ? (
        <Empty text={a('noAudit')} />
      ) : (
        <table className={styles['table']}>
          <thead>
            <tr>
              <th scope="col" data-number>
                #
              </th>
              <th scope="col">{a('when')}</th>
              <th scope="col">{a('who')}</th>
              <th scope="col">{a('what')}</th>
              <th scope="col">{a('target')}</th>
              <th scope="col" data-rest>
                {a('reason')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} />
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

function Row({ row }: { row: AuditEvent }) {
  const { locale } = useAdminT()
  const isRoom = row.action.startsWith('room.')
  return (
    <tr>
      <td data-number>{row.id}</td>
      <td>{dateTime(row.at, locale)}</td>
      <td>
        <span className="foreign one-line" title={row.actor}>
          {calmText(row.actorName ?? row.actor, 40)}
        </span>
      </td>
      <td>{row.action}</td>
      <td className={styles['target']}>
        {isRoom ? (
          <Link to={`/admin/rooms/${encodeURIComponent(row.target)}`}>{row.target}</Link>
        ) : (
          calmText(row.target, 80)
        )}
      </td>
      <td data-rest className={styles['why']}>
        {row.reason && <span className="foreign">{calmText(row.reason, 200)}</span>}
        {row.detail !== undefined && (
          <small className="foreign">{calmText(JSON.stringify(row.detail), 200)}</small>
        )}
      </td>
    </tr>
  )
}

function Verdict({ verdict: { ok, rows, head, broken } }: { verdict: AuditVerdict }) {
  const { a, locale } = useAdminT()
  return (
    <span data-ok={ok}>
      {ok
        ? a('verified', {
            rows: fullNumber(rows, locale),
            head: head ? `${head.id}:${head.hash.slice(0, 12)}…` : '–',
          })
        : a('broken', { id: broken?.id ?? 0 })}
    </span>
  )
}
