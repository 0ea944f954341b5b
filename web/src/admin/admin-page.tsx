/** Administration: the cluster and its rooms, one room from inside, and who did what. */
import { Link, useLocation, useParams } from 'react-router'
import { useSession } from '../account/session.tsx'
import { Page, PageLoading } from '../frame/page.tsx'
import { Empty } from '../frame/states.tsx'
import { AuditLog } from './audit-log.tsx'
import { Cluster } from './cluster.tsx'
import { InspectedRoom } from './inspected-room.tsx'
import { useStaff, type Staff } from './rights.ts'
import { RoomTable } from './room-table.tsx'
import { useAdminT } from './use-admin-t.ts'
import styles from './admin.module.css'

export function AdminPage() {
  const { a } = useAdminT()
  const staff = useStaff()
  const session = useSession()
  if (!session.settled) return <PageLoading />
  if (!staff)
    return (
      <Page title={a('title')} narrow>
        <Empty text={a('forbidden')} />
      </Page>
    )
  return (
    <Page title={a('title')} side={staff === 'admin' && <Views />}>
      <div className={styles['stack']}>
        <View staff={staff} />
      </div>
    </Page>
  )
}

function View({ staff }: { staff: Staff }) {
  const { key } = useParams()
  const { pathname } = useLocation()
  if (staff === 'moderator') return <RoomTable staff={staff} />
  if (key) return <InspectedRoom key={key} room={key} />
  if (pathname.endsWith('/audit')) return <AuditLog />
  return (
    <>
      <Cluster />
      <RoomTable staff={staff} />
    </>
  )
}

function Views() {
  const { a } = useAdminT()
  const { pathname } = useLocation()
  const inAudit = pathname.endsWith('/audit')
  return (
    <nav className={styles['views']} aria-label={a('tabs')}>
      <Link to="/admin" aria-current={inAudit ? undefined : 'page'}>
        {a('rooms')}
      </Link>
      <Link to="/admin/audit" aria-current={inAudit ? 'page' : undefined}>
        {a('audit')}
      </Link>
    </nav>
  )
}
