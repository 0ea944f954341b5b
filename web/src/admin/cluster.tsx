/** The nodes of the cluster in a row, asked again every few seconds. */
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../../../sdk/react/index.ts'
import { Bone, Failed } from '../frame/states.tsx'
import { NodeCard } from './node-card.tsx'
import { useAdminT } from './use-admin-t.ts'
import styles from './cluster.module.css'

const REFRESH_MS = 3_000

export function Cluster() {
  const { a } = useAdminT()
  const client = useClient()
  const nodes = useQuery({
    queryKey: ['admin', 'nodes'],
    queryFn: ({ signal }) => client.admin.nodes({ signal }),
    refetchInterval: REFRESH_MS,
  })
  if (nodes.isError) return <Failed error={nodes.error} retry={() => void nodes.refetch()} />
  return (
    <section className={styles['nodes']} aria-label={a('nodes')} data-testid="nodes">
      {nodes.data ? (
        nodes.data.map((node) => (
          <NodeCard key={node.id} node={node} alone={nodes.data.length === 1} />
        ))
      ) : (
        <Bone height={190} />
      )}
    </section>
  )
}
