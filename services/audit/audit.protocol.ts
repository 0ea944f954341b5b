/** The audit log as administrators read it. */

export interface AuditEvent {
  readonly id: number
  /** ISO 8601. */
  readonly at: string
  /** User id of who did it, and the name that this user has now. */
  readonly actor: string
  readonly actorName?: string
  /** E.g. `room.read`, `room.mute`. */
  readonly action: string
  /** What it was done to, e.g. a room key. */
  readonly target: string
  readonly reason?: string
  readonly detail?: unknown
  /** SHA-256 over the row and the hash of the row before, hexadecimal. */
  readonly hash: string
}

export interface AuditPage {
  readonly items: readonly AuditEvent[]
  readonly next?: string
}

/** What a walk over the whole chain found. */
export interface AuditVerdict {
  readonly ok: boolean
  /** Rows that were found in order. */
  readonly rows: number
  /** The newest of them: note it elsewhere, and a cut-off end of the log is found too. */
  readonly head?: { readonly id: number; readonly hash: string }
  /**
   * The first row that is not as it was written (`changed`), that does not follow the row before (`link`:
   * one was taken out or put in), or that should be there and is not (`missing`).
   */
  readonly broken?: { readonly id: number; readonly why: 'changed' | 'link' | 'missing' }
}
