/** Tables and queries of accounts and sessions. */

import { sql, type Generated } from 'kysely'
import type { Migrations } from '../../persistence/migrate.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Db, Tx } from '../../persistence/tables.ts'

export interface UsersTable {
  id: string
  name: string
  /** Unique: equal for names that look the same. */
  name_key: string
  password_hash: string
  /** `moderator`, `admin`; nothing for an ordinary user. */
  roles: Generated<string[]>
  created_at: Date
}

export interface AuthSessionTable {
  id: string
  user_id: string
  kind: 'cookie' | 'token'
  device: string | null
  created_at: Date
  last_used_at: Date
  expires_at: Date
  revoked_at: Date | null
}

export interface RefreshTokenTable {
  /** SHA-256 of the token, hexadecimal. */
  hash: string
  session_id: string
  created_at: Date
  used_at: Date | null
}

export interface AdminTokenTable {
  hash: string
  expires_at: Date
}

declare module '../../persistence/tables.ts' {
  interface Tables {
    users: UsersTable
    auth_session: AuthSessionTable
    refresh_token: RefreshTokenTable
    admin_token: AdminTokenTable
  }
}

export const accountMigrations: Migrations = {
  '0100-accounts': {
    async up(db) {
      await sql`create table users (
        id text primary key,
        name text not null,
        name_key text not null unique,
        password_hash text not null,
        roles text[] not null default '{}',
        created_at timestamptz not null)`.execute(db)
      await sql`create index users_staff on users (id) where roles <> '{}'`.execute(db)
      await sql`create table auth_session (
        id uuid primary key,
        user_id text not null references users (id),
        kind text not null check (kind in ('cookie', 'token')),
        device text,
        created_at timestamptz not null,
        last_used_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz)`.execute(db)
      await sql`create index auth_session_user on auth_session (user_id)`.execute(db)
      await sql`create table refresh_token (
        hash text primary key,
        session_id uuid not null references auth_session (id) on delete cascade,
        created_at timestamptz not null,
        used_at timestamptz)`.execute(db)
      await sql`create index refresh_token_session on refresh_token (session_id)`.execute(db)
      await sql`create table admin_token (
        hash text primary key,
        expires_at timestamptz not null)`.execute(db)
    },
  },
}

export interface NewUser {
  id: string
  name: string
  key: string
  passwordHash: string
  roles: string[]
  createdAt: Date
}

/** False when the name is taken. */
export async function insertUser(db: Db | Tx, user: NewUser): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('users')
    .values({
      id: user.id,
      name: user.name,
      name_key: user.key,
      password_hash: user.passwordHash,
      roles: user.roles,
      created_at: user.createdAt,
    })
    .onConflict((c) => c.column('name_key').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

export async function findCredentials(db: Db, by: { key: string } | { id: string }) {
  const query = db.selectFrom('users').select(['id', 'name', 'password_hash'])
  return 'key' in by
    ? query.where('name_key', '=', by.key).executeTakeFirst()
    : query.where('id', '=', by.id).executeTakeFirst()
}

export async function updatePassword(db: Db | Tx, userId: string, hash: string): Promise<void> {
  await db.updateTable('users').set({ password_hash: hash }).where('id', '=', userId).execute()
}

export interface RolesChange {
  /** The admin who did it. */
  readonly by: string
  readonly user: string
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** Tells the roles before. Throws `not_found`. */
export async function replaceRoles(
  tx: Tx,
  user: string,
  roles: readonly string[],
): Promise<readonly string[]> {
  const before = await tx
    .selectFrom('users')
    .select('roles')
    .where('id', '=', user)
    .forUpdate()
    .executeTakeFirst()
  if (!before) throw new RoomError('not_found', 'There is no such user.')
  await tx
    .updateTable('users')
    .set({ roles: [...roles] })
    .where('id', '=', user)
    .execute()
  return before.roles
}

export async function hasAdmin(db: Db | Tx): Promise<boolean> {
  const row = await db
    .selectFrom('users')
    .where(sql<boolean>`roles <> '{}' and 'admin' = any(roles)`)
    .select('id')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Who the live ones of these sessions belong to, with what lines and rights need. */
export async function findSessionUsers(db: Db, sessionIds: readonly string[], now: Date) {
  const rows = await db
    .selectFrom('auth_session as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .innerJoin('profile as p', 'p.user_id', 'u.id')
    .where('s.id', '=', sql<string>`any(${[...sessionIds]}::uuid[])`)
    .where('s.revoked_at', 'is', null)
    .where('s.expires_at', '>', now)
    .select(['s.id as session', 'u.id', 'u.roles', 'p.display_name', 'p.avatar'])
    .execute()
  return new Map(rows.map(({ session, ...user }) => [session, user]))
}
