/** The inspector of one node: over this process, or over all nodes of its cluster. */

import type { Db } from '../../persistence/tables.ts'
import type { AuditLog } from '../../services/audit/audit.ts'
import type { NodeLinks } from '../node-links.ts'
import type { NodeRooms } from '../node-rooms.ts'
import { ClusterNodes } from './cluster-nodes.ts'
import { Inspector } from './inspector.ts'
import { LocalNodes, type LocalNodesOptions } from './local-nodes.ts'
import { readLeases } from './node-leases.ts'
import { RoomLabels } from './room-labels.ts'

export interface InspectorParts extends Pick<
  LocalNodesOptions,
  'node' | 'version' | 'address' | 'engine' | 'leaseHeld' | 'draining' | 'defect'
> {
  readonly rooms: Pick<NodeRooms, 'directory' | 'watch'>
  readonly links: NodeLinks
  readonly db: Db
  readonly audit: AuditLog
}

/** Before the links start. */
export function createInspector(parts: InspectorParts): Inspector {
  const { node, rooms, links, db, audit } = parts
  const { cluster } = links
  const leases = () => readLeases(db)
  const local = new LocalNodes({
    ...parts,
    directory: rooms.directory,
    watch: rooms.watch,
    ask: (...question) => links.directory.ask(...question),
    leases,
    cluster,
  })
  return new Inspector({
    nodes: cluster ? new ClusterNodes({ node, local, cluster, leases }) : local,
    audit,
    labels: new RoomLabels(db),
    issue: async (key, asker, seat) => links.issue(key, asker, seat),
  })
}
