/** Tells a room who is in it: at once after a pause, then once a second while that changes. */

import { systemAsker, type Asker } from '../kernel/context.ts'
import { kindOf, type RoomKey } from '../kernel/position.ts'
import { RoomError } from '../kernel/room-error.ts'
import { Audience } from './audience.ts'
import type { RoomHost } from './room-host.ts'

const command = 'audience.report'
/** Tells the room which nodes there are, so that it counts nobody of a dead one. */
const present = 'audience.present'

export class AudienceReporter {
  readonly #room: RoomKey
  readonly #instance: string
  readonly #host: RoomHost
  readonly #audience = new Audience()
  /** Kinds without an audience are not told. */
  readonly #wanted: boolean
  #cancel: (() => void) | undefined
  #cancelRepeat: (() => void) | undefined
  readonly #cancelPresent: (() => void) | undefined
  readonly #endGone: (() => void) | undefined
  /** The viewers may not know the sum: frames of a former leader, or of one that was not heard, are lost. */
  #anew = false
  #stopped = false

  /** `instance` tells the room's instances apart, whose counts it adds up. */
  constructor(room: RoomKey, instance: string, host: RoomHost) {
    this.#room = room
    const { neighbours, directory } = host
    this.#instance = neighbours ? `${neighbours.self}/${instance.slice(room.length + 1)}` : instance
    this.#host = host
    this.#wanted = directory.kinds.get(kindOf(room))?.commands.has(command) ?? false
    // The leader's instance says it; every other one would say the same.
    this.#endGone = neighbours?.onGone(() => host.spread?.followed(room) && this.#present())
    // A room that was restored may remember instances of nodes that died while nobody watched.
    this.#cancelPresent =
      neighbours && host.clock.after(host.settings.reportMs, () => this.#present())
  }

  entered(asker: Asker, returning: boolean): void {
    this.#audience.entered(asker, returning)
    this.#report()
  }

  left(asker: Asker): void {
    this.#audience.left(asker)
    this.#report()
  }

  /** The room may have forgotten what it was told, and we may have missed what it told. */
  again(): void {
    this.#present()
    this.#anew = true
    this.#audience.forget()
    this.#report()
  }

  /** Says what was not said yet: the room shall not count those who have gone. */
  stop(): void {
    this.#endGone?.()
    this.#cancelPresent?.()
    this.#stopTimers()
    this.#report()
    this.#stopped = true
    this.#stopTimers()
  }

  #stopTimers(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#cancelRepeat?.()
  }

  #report(): void {
    if (this.#cancel || !this.#wanted || this.#stopped) return
    const report = this.#audience.report()
    if (!report) return
    this.#cancel = this.#host.clock.after(this.#host.settings.reportMs, () => {
      this.#cancel = undefined
      this.#report()
    })
    this.#repeatLater()
    const anew = this.#anew
    this.#anew = false
    this.#tell(command, { ...report, instance: this.#instance, ...(anew && { anew }) }, () => {
      this.#anew ||= anew
      this.#audience.forget()
    })
  }

  #present(): void {
    const { neighbours, directory } = this.#host
    if (!neighbours || this.#stopped) return
    if (directory.kinds.get(kindOf(this.#room))?.commands.has(present))
      this.#tell(present, { nodes: [...neighbours.list()] })
  }

  #tell(name: string, input: object, failed: () => void = () => undefined): void {
    this.#host.directory.ask(this.#room, name, input, systemAsker).catch((error: unknown) => {
      failed()
      if (!(error instanceof RoomError)) this.#host.defect(error, name)
    })
  }

  /** An instance that is not heard of is taken for gone; the room's count would miss its viewers. */
  #repeatLater(): void {
    this.#cancelRepeat?.()
    this.#cancelRepeat = this.#host.clock.after(this.#host.settings.repeatMs, () => {
      this.#audience.forget()
      this.#report()
    })
  }
}
