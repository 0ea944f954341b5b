/** What administrators do through this node: to rooms that it leads, to rooms anywhere, and to the node. */

import type { ClusterNode } from '../../engine/cluster/cluster-node.ts'
import type { Asker } from '../../engine/kernel/context.ts'
import { kindOf, type RoomKey } from '../../engine/kernel/position.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Directory, LocalDirectory } from '../../engine/runtime/directory.ts'
import type { Engine } from '../../engine/runtime/engine.ts'
import { roomActions, type NodeAction, type RoomAction } from './inspector.protocol.ts'
import { asleep, unknownNode } from './nodes.ts'

/** What a node has to do with others. */
export type ClusterSide = Pick<
  ClusterNode,
  'followers' | 'relays' | 'peers' | 'handOver' | 'drain' | 'resume'
>

export interface NodeDeedsOptions {
  readonly node: string
  readonly directory: Pick<LocalDirectory, 'peek' | 'release' | 'kinds'>
  /** Reaches rooms wherever they are led. */
  readonly ask: Directory['ask']
  readonly engine: () => Pick<Engine, 'dismiss'>
  /** Absent where there is one node. */
  readonly cluster?: ClusterSide | undefined
  readonly defect: (error: unknown, where: string) => void
}

/** The room's own command behind an action; the other actions have none. */
const commands: Readonly<Record<Exclude<RoomAction, 'close' | 'handover'>, string>> = {
  mute: 'member.mute',
  unmute: 'member.unmute',
  kick: 'member.kick',
  slow: 'danmaku.slow',
  suspend: 'live.suspend',
  restore: 'live.restore',
}

export class NodeDeeds {
  readonly #options: NodeDeedsOptions

  constructor(options: NodeDeedsOptions) {
    this.#options = options
  }

  /** What this kind of room can be told to do. */
  of(key: RoomKey): RoomAction[] {
    const { directory, cluster } = this.#options
    const kind = directory.kinds.get(kindOf(key))
    return roomActions.filter((action) => {
      if (action === 'close') return true
      return action === 'handover' ? cluster !== undefined : kind?.commands.has(commands[action])
    })
  }

  /** Throws what the room refuses with; `room.asleep` where this node does not lead it and would have to. */
  async act(key: RoomKey, action: RoomAction, input: object, asker: Asker): Promise<void> {
    const { directory, ask, engine } = this.#options
    if (action !== 'close' && action !== 'handover') {
      await ask(key, commands[action], input, asker)
      return
    }
    if (!directory.peek(key)) throw asleep()
    if (action === 'handover') return this.#handOver(key, (input as { node: string }).node)
    await engine().dismiss(key)
    await directory.release(key)
  }

  /** Throws `node.last` where nobody else would take the rooms. A drain goes on after this returns. */
  manage(action: NodeAction): void {
    const { node, cluster, defect } = this.#options
    if (action === 'resume') return cluster?.resume()
    if (!cluster || !cluster.peers.list().some((peer) => peer.node !== node && !peer.draining)) {
      throw new RoomError('node.last', 'No other node is there to take the rooms of this one.')
    }
    cluster.drain().catch((error: unknown) => defect(error, 'a drain'))
  }

  async #handOver(key: RoomKey, to: string): Promise<void> {
    const { node, cluster } = this.#options
    if (to === node) {
      throw new RoomError('room.there', `Node ${to} leads the room already.`, { retry: 'fix' })
    }
    const peer = cluster?.peers.get(to)
    if (!cluster || !peer) throw unknownNode(to)
    if (peer.draining) {
      throw new RoomError('node.draining', `Node ${to} is drained and takes no rooms.`, {
        retry: 'fix',
      })
    }
    await cluster.handOver(key, to)
  }
}
