/** Sessions: a refresh token that works once, and what happens when one comes back. */

import { createHash, createHmac, randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Db, Tx } from '../../persistence/tables.ts'
import type { SessionInfo, SessionKind } from './accounts.protocol.ts'

/** A session that is not used for this long is over. */
export const sessionMs = 30 * 24 * 3600_000
/** Tabs that share a cookie may present the same token this long after its first use. */
export const tabGraceMs = 10_000
/** Used tokens are kept this long to recognise a stolen one. */
const usedTokensMs = 7 * 24 * 3600_000

export interface OpenedSession {
  readonly id: string
  readonly userId: string
  readonly kind: SessionKind
  readonly refreshToken: string
}

export interface SessionsOptions {
  readonly db: Db
  /** Derives each token from the one before it. */
  readonly key: Buffer
  readonly now: () => number
  /** Told when sessions of a user end before their time: close their sockets. */
  readonly onEnd: (userId: string, sessionIds: readonly string[]) => void
}

type Rotation =
  | { readonly kind: 'rotated'; readonly session: OpenedSession }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'reused'; readonly sessionId: string; readonly userId: string }

export class Sessions {
  readonly #db: Db
  readonly #key: Buffer
  readonly #now: () => number
  readonly #onEnd: SessionsOptions['onEnd']

  constructor({ db, key, now, onEnd }: SessionsOptions) {
    this.#db = db
    this.#key = key
    this.#now = now
    this.#onEnd = onEnd
  }

  async open(
    tx: Db | Tx,
    userId: string,
    kind: SessionKind,
    device?: string,
  ): Promise<OpenedSession> {
    const id = uuidv7()
    const now = new Date(this.#now())
    await forgetEnded(tx, userId, now)
    await tx
      .insertInto('auth_session')
      .values({
        id,
        user_id: userId,
        kind,
        device: device ?? null,
        created_at: now,
        last_used_at: now,
        expires_at: new Date(now.getTime() + sessionMs),
        revoked_at: null,
      })
      .execute()
    const refreshToken = randomBytes(32).toString('base64url')
    await insertToken(tx, refreshToken, id, now)
    return { id, userId, kind, refreshToken }
  }

  /**
   * Exchanges a refresh token for the next one. A token that was used before ends its whole session:
   * either the thief or the owner holds a copy, and nobody can tell which. Throws `unauthorized`.
   */
  async refresh(token: string): Promise<OpenedSession> {
    const rotation = await this.#db.transaction().execute((tx) => this.#rotate(tx, token))
    if (rotation.kind === 'rotated') return rotation.session
    if (rotation.kind === 'reused') this.#onEnd(rotation.userId, [rotation.sessionId])
    throw new RoomError('unauthorized', 'The session is over; log in again.', {
      retry: 'login',
      data: { reason: rotation.kind },
    })
  }

  async list(userId: string, current: string): Promise<SessionInfo[]> {
    const rows = await this.#db
      .selectFrom('auth_session')
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', new Date(this.#now()))
      .orderBy('last_used_at', 'desc')
      .limit(100)
      .selectAll()
      .execute()
    return rows.map((row) => ({
      id: row.id,
      current: row.id === current,
      createdAt: row.created_at.toISOString(),
      lastUsedAt: row.last_used_at.toISOString(),
      ...(row.device === null ? {} : { device: row.device }),
    }))
  }

  /** The session that a refresh token belongs to, used or not. */
  async ofToken(token: string): Promise<{ id: string; userId: string } | undefined> {
    const row = await this.#db
      .selectFrom('refresh_token as t')
      .innerJoin('auth_session as s', 's.id', 't.session_id')
      .where('t.hash', '=', hashOf(token))
      .select(['s.id', 's.user_id'])
      .executeTakeFirst()
    return row && { id: row.id, userId: row.user_id }
  }

  /** Ends sessions of the user, all of them but `except` or just `only`. Returns how many ended. */
  async end(userId: string, which: { only: string } | { except?: string }): Promise<number> {
    let query = this.#db
      .updateTable('auth_session')
      .set({ revoked_at: new Date(this.#now()) })
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
    if ('only' in which) query = query.where('id', '=', which.only)
    else if (which.except !== undefined) query = query.where('id', '<>', which.except)
    const ended = await query.returning('id').execute()
    if (ended.length > 0)
      this.#onEnd(
        userId,
        ended.map(({ id }) => id),
      )
    return ended.length
  }

  async #rotate(tx: Tx, token: string): Promise<Rotation> {
    const now = new Date(this.#now())
    const hash = hashOf(token)
    // The row lock makes two refreshes with one token take turns.
    const row = await tx
      .selectFrom('refresh_token as t')
      .innerJoin('auth_session as s', 's.id', 't.session_id')
      .where('t.hash', '=', hash)
      .select(['s.id', 's.user_id', 's.kind', 's.expires_at', 's.revoked_at', 't.used_at'])
      .forUpdate()
      .executeTakeFirst()
    if (!row || row.revoked_at || row.expires_at <= now) return { kind: 'unknown' }
    const session = { id: row.id, userId: row.user_id, kind: row.kind }
    const next = this.#successor(token)
    if (row.used_at) {
      if (await this.#isOtherTab(tx, row.kind, row.used_at, next))
        return { kind: 'rotated', session: { ...session, refreshToken: next } }
      await tx
        .updateTable('auth_session')
        .set({ revoked_at: now })
        .where('id', '=', row.id)
        .execute()
      return { kind: 'reused', sessionId: row.id, userId: row.user_id }
    }
    await tx.updateTable('refresh_token').set({ used_at: now }).where('hash', '=', hash).execute()
    await insertToken(tx, next, row.id, now)
    await tx
      .deleteFrom('refresh_token')
      .where('session_id', '=', row.id)
      .where('used_at', '<', new Date(now.getTime() - usedTokensMs))
      .execute()
    await tx
      .updateTable('auth_session')
      .set({ last_used_at: now, expires_at: new Date(now.getTime() + sessionMs) })
      .where('id', '=', row.id)
      .execute()
    return { kind: 'rotated', session: { ...session, refreshToken: next } }
  }

  // Two tabs of one browser wake up and send the same cookie. Both get the same successor, as long as
  // nobody has used that one.
  async #isOtherTab(tx: Tx, kind: SessionKind, usedAt: Date, next: string): Promise<boolean> {
    if (kind !== 'cookie' || this.#now() - usedAt.getTime() > tabGraceMs) return false
    const successor = await tx
      .selectFrom('refresh_token')
      .where('hash', '=', hashOf(next))
      .select('used_at')
      .executeTakeFirst()
    return successor !== undefined && successor.used_at === null
  }

  #successor(token: string): string {
    return createHmac('sha256', this.#key).update(token).digest('base64url')
  }
}

// Sessions that ended a while ago go with their tokens, so a user's rows stay few.
async function forgetEnded(tx: Db | Tx, userId: string, now: Date): Promise<void> {
  await tx
    .deleteFrom('auth_session')
    .where('user_id', '=', userId)
    .where((e) =>
      e.or([
        e('expires_at', '<', now),
        e('revoked_at', '<', new Date(now.getTime() - usedTokensMs)),
      ]),
    )
    .execute()
}

async function insertToken(tx: Db | Tx, token: string, session: string, now: Date): Promise<void> {
  await tx
    .insertInto('refresh_token')
    .values({ hash: hashOf(token), session_id: session, created_at: now, used_at: null })
    .execute()
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
