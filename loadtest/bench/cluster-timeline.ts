/** Where the seconds of a takeover go: when the lease is over, who leads next, and when seats are given. */

import { sql } from 'kysely'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { Histogram } from '../swarm/histogram.ts'
import { pause, type ClusterStage } from './cluster-stage.ts'

const lookMs = 10

/** Milliseconds are counted from `started`. */
export class Timeline {
  readonly started = Date.now()
  /** Of each socket: when the seat that it came back on was given. */
  readonly seats = new Histogram()
  leaseOver = NaN
  /** When the next leader had claimed the room, and which node that is. */
  led = NaN
  leader = NaN
  readonly #stage: ClusterStage
  readonly #stopListening: () => void
  #over = false

  constructor(stage: ClusterStage) {
    this.#stage = stage
    this.#stopListening = stage.onSeats((count) => {
      const ms = Date.now() - this.started
      for (let seat = 0; seat < count; seat += 1) this.seats.record(ms)
    })
  }

  /** `node`, which led the room in `epoch`, is dead: its lease is renewed no more. */
  async killed(room: RoomKey, { node, epoch }: { node: number; epoch: number }): Promise<void> {
    const { rows } = await sql<{ until: string }>`
      select extract(epoch from lease_until) * 1000 as until
      from node where id = ${`n${node}`}`.execute(this.#stage.database.db)
    this.leaseOver = Number(rows[0]!.until) - this.started
    void this.#watch(room, epoch)
  }

  stop(): void {
    this.#over = true
    this.#stopListening()
  }

  async #watch(room: RoomKey, former: number): Promise<void> {
    while (!this.#over) {
      const { node, epoch } = await this.#stage.leader(room)
      if (epoch > former) {
        this.led = Date.now() - this.started
        this.leader = node
        return
      }
      await pause(lookMs)
    }
  }
}
