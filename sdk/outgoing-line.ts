/** One line of danmaku on its way, which can be tried again under the same id. */

import type { Outgoing, OutgoingStatus } from './client.ts'
import type { Sent } from './outbox.ts'
import { isReject } from './reject-error.ts'
import type { Danmaku } from './types.ts'

export class OutgoingLine implements Outgoing<Danmaku> {
  readonly #ask: (id: string | undefined) => Sent<Danmaku>
  #sent: Sent<Danmaku>
  #idIsSpent = false

  /** `ask` sends it, under a new id where none is given. */
  constructor(ask: (id: string | undefined) => Sent<Danmaku>) {
    this.#ask = ask
    this.#sent = this.#send(undefined)
  }

  get id(): string {
    return this.#sent.id
  }

  get status(): OutgoingStatus {
    return this.#sent.status
  }

  get acked(): Promise<Danmaku> {
    return this.#sent.answer
  }

  retry(): Promise<Danmaku> {
    if (this.status === 'failed') this.#sent = this.#send(this.#idIsSpent ? undefined : this.id)
    return this.acked
  }

  #send(id: string | undefined): Sent<Danmaku> {
    const sent = this.#ask(id)
    // Handled here, so that an app may ignore `acked`.
    sent.answer.catch((error) => {
      this.#idIsSpent = isReject(error, 'command.expired')
    })
    return sent
  }
}
