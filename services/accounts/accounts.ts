/** Accounts: signing up and in, sessions, passwords, roles and the first admin. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import { whenThere, type Soon } from '../../engine/kernel/soon.ts'
import type { Db, Tx } from '../../persistence/tables.ts'
import type { Counters } from '../counter.ts'
import { newUserId } from '../ids.ts'
import { insertProfile } from '../profiles/profiles.store.ts'
import { cleanDisplayName, type Profiles } from '../profiles/profiles.ts'
import type { Caller } from '../route.ts'
import { accessSeconds, AccessTokens } from './access-tokens.ts'
import { callerOf } from './caller-of.ts'
import type { Session, SessionInfo, SessionKind, StaffRole } from './accounts.protocol.ts'
import {
  findCredentials,
  findSessionUsers,
  hasAdmin,
  insertUser,
  replaceRoles,
  updatePassword,
  type RolesChange,
} from './accounts.store.ts'
import { isAdminToken, issueAdminToken, spendAdminToken, wrongAdminToken } from './admin-token.ts'
import { checkNewPassword, Passwords } from './passwords.ts'
import { SessionCache } from './session-cache.ts'
import { Sessions, type OpenedSession } from './sessions.ts'
import { tryLimits, type TryLimits } from './try-limits.ts'
import { nameKey, parseUserName, type UserName } from './user-name.ts'

export interface AccountsOptions {
  readonly db: Db
  readonly profiles: Profiles
  /** Signs access tokens, 32 bytes. */
  readonly accessKey: Buffer
  /** Derives refresh tokens, 32 bytes. */
  readonly refreshKey: Buffer
  readonly counters: Counters
  readonly now?: () => number
  readonly passwords?: Passwords
  /** Told when sessions end before their time: their sockets shall close. */
  readonly onSessionsEnd?: (userId: string, sessionIds: readonly string[]) => void
  /** Told when a user's roles changed: its sockets still have the former ones. */
  readonly onRolesChange?: (userId: string) => void
  /** Writes down who changed whose roles, in the transaction that changes them. */
  readonly recordRoles?: (change: RolesChange, tx: Tx) => Promise<void>
}

type MapValue<M> = M extends ReadonlyMap<string, infer V> ? V : never
type SessionUser = MapValue<Awaited<ReturnType<typeof findSessionUsers>>>

/** Where a call comes from. */
export interface Origin {
  /** The client's address, or the IPv6 network that it is in. */
  readonly network: string
  readonly device?: string
  readonly kind: SessionKind
}

/** A session as it was just made: `refreshToken` is for the cookie or for the client. */
export interface SignedIn {
  readonly session: Session
  readonly refreshToken: string
  readonly kind: SessionKind
}

export class Accounts {
  readonly sessions: Sessions
  readonly #db: Db
  readonly #profiles: Profiles
  readonly #tokens: AccessTokens
  readonly #passwords: Passwords
  readonly #now: () => number
  readonly #cache: SessionCache<SessionUser>
  readonly #limits: TryLimits
  readonly #roles: Pick<AccountsOptions, 'onRolesChange' | 'recordRoles'>

  constructor(options: AccountsOptions) {
    const { db, counters, now = Date.now, onSessionsEnd } = options
    this.#db = db
    this.#profiles = options.profiles
    this.#now = now
    this.#tokens = new AccessTokens(options.accessKey, now)
    this.#passwords = options.passwords ?? new Passwords()
    this.#cache = new SessionCache((ids) => findSessionUsers(db, ids, new Date(now())), now)
    this.sessions = new Sessions({
      db,
      key: options.refreshKey,
      now,
      onEnd: (userId, ids) => {
        for (const id of ids) this.#cache.forget(id)
        onSessionsEnd?.(userId, ids)
      },
    })
    this.#limits = tryLimits(counters)
    this.#roles = options
  }

  /** Throws `invalid`, `password.common`, `name.taken`, `rate_limited` or `busy`. */
  async register(
    input: { name: string; password: string; displayName?: string | undefined },
    origin: Origin,
  ): Promise<SignedIn> {
    const name = parseUserName(input.name)
    const displayName = cleanDisplayName(input.displayName ?? name.name)
    checkNewPassword(input.password, name.name)
    await this.#limits.newAccounts.take(origin.network)
    const hash = await this.#passwords.hash(input.password)
    const opened = await this.#db.transaction().execute(async (tx) => {
      const id = await this.#create(tx, name, hash, displayName, [])
      return this.sessions.open(tx, id, origin.kind, origin.device)
    })
    return this.#signIn(opened)
  }

  /** Throws `login.wrong`, the same and as late for unknown names; `rate_limited` or `busy`. */
  async login(input: { name: string; password: string }, origin: Origin): Promise<SignedIn> {
    const key = nameKey(input.name)
    const tries = `${origin.network} ${key}`
    await this.#limits.byAddress.take(origin.network)
    await this.#limits.byName.take(tries)
    const user = await findCredentials(this.#db, { key })
    if (!(await this.#passwords.verify(user?.password_hash, input.password)) || !user)
      throw new RoomError('login.wrong', 'The name or the password is wrong.', { retry: 'fix' })
    await Promise.all([
      this.#limits.byAddress.give(origin.network),
      this.#limits.byName.reset(tries),
    ])
    if (this.#passwords.isOutdated(user.password_hash))
      await updatePassword(this.#db, user.id, await this.#passwords.hash(input.password))
    return this.#signIn(await this.sessions.open(this.#db, user.id, origin.kind, origin.device))
  }

  /** Throws `unauthorized`; a refresh token that was used before ends its session. */
  async refresh(token: string): Promise<SignedIn> {
    return this.#signIn(await this.sessions.refresh(token))
  }

  /** Ends the session of a refresh token, or does nothing. */
  async logout(token: string): Promise<void> {
    const session = await this.sessions.ofToken(token)
    if (session) await this.sessions.end(session.userId, { only: session.id })
  }

  /** Throws `password.wrong`, `invalid`, `password.common`, `rate_limited` or `busy`. */
  async changePassword(
    caller: Caller,
    input: { current: string; next: string; endOthers: boolean },
  ): Promise<void> {
    const user = await findCredentials(this.#db, { id: caller.id })
    checkNewPassword(input.next, user?.name ?? '')
    await this.#limits.byUser.take(caller.id)
    if (!(await this.#passwords.verify(user?.password_hash, input.current)))
      throw new RoomError('password.wrong', 'The current password is wrong.', { retry: 'fix' })
    await this.#limits.byUser.reset(caller.id)
    await updatePassword(this.#db, caller.id, await this.#passwords.hash(input.next))
    if (input.endOthers) await this.sessions.end(caller.id, { except: caller.session })
  }

  /** Who an access token speaks for, with the rights of this moment. Throws `unauthorized`. */
  authenticate(token: string): Soon<Caller> {
    return whenThere(this.#tokens.verify(token), (claims) =>
      whenThere(this.#cache.get(claims.session), (user) => callerOf(claims, user)),
    )
  }

  /** A one-time token for the first admin, good for 24 hours; undefined once there is an admin. */
  async issueAdminToken(): Promise<string | undefined> {
    return issueAdminToken(this.#db, this.#now())
  }

  /** Makes the first admin. Throws `admin_token.wrong`, and what `register` throws. */
  async firstAdmin(
    input: { token: string; name: string; password: string },
    origin: Origin,
  ): Promise<SignedIn> {
    await this.#limits.byAddress.take(origin.network)
    if (!(await isAdminToken(this.#db, input.token, this.#now()))) throw wrongAdminToken()
    const name = parseUserName(input.name, { staff: true })
    const displayName = cleanDisplayName(name.name)
    checkNewPassword(input.password, name.name)
    const hash = await this.#passwords.hash(input.password)
    const opened = await this.#db.transaction().execute(async (tx) => {
      if (!(await spendAdminToken(tx, input.token, this.#now()))) throw wrongAdminToken()
      const id = await this.#create(tx, name, hash, displayName, ['admin'])
      return this.sessions.open(tx, id, origin.kind, origin.device)
    })
    return this.#signIn(opened)
  }

  /** Gives a user exactly these staff roles, by an admin or the platform. Throws `not_found` or `admin.last`. */
  async setRoles(user: string, roles: readonly StaffRole[], by?: string): Promise<void> {
    const to = [...new Set(roles)]
    await this.#db.transaction().execute(async (tx) => {
      const from = await replaceRoles(tx, user, to)
      if (!(await hasAdmin(tx)))
        throw new RoomError('admin.last', 'Make somebody else an admin first.', { retry: 'fix' })
      if (by) await this.#roles.recordRoles?.({ by, user, from, to }, tx)
    })
    this.#cache.clear()
    this.#roles.onRolesChange?.(user)
  }

  async listSessions(caller: Caller): Promise<SessionInfo[]> {
    return this.sessions.list(caller.id, caller.session)
  }

  /** Ends one of the caller's own sessions. Throws `not_found`. */
  async endSession(caller: Caller, sessionId: string): Promise<void> {
    if ((await this.sessions.end(caller.id, { only: sessionId })) === 0)
      throw new RoomError('not_found', 'You have no such session.')
  }

  async #create(
    tx: Tx,
    { name, key }: UserName,
    passwordHash: string,
    displayName: string,
    roles: string[],
  ): Promise<string> {
    const id = newUserId()
    const createdAt = new Date(this.#now())
    if (!(await insertUser(tx, { id, name, key, passwordHash, roles, createdAt })))
      throw new RoomError('name.taken', 'This name is taken; choose another.', { retry: 'fix' })
    await insertProfile(tx, id, displayName)
    return id
  }

  async #signIn(opened: OpenedSession): Promise<SignedIn> {
    const [user, accessToken] = await Promise.all([
      this.#profiles.me(opened.userId),
      this.#tokens.sign({ user: opened.userId, session: opened.id }),
    ])
    const session = { user, accessToken, expiresIn: accessSeconds }
    const { kind, refreshToken } = opened
    return {
      session: kind === 'cookie' ? session : { ...session, refreshToken },
      refreshToken,
      kind,
    }
  }
}
