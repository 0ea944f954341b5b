/** Tables and queries of profiles. */

import { sql } from 'kysely'
import type { Migrations } from '../../persistence/migrate.ts'
import type { Db, Tx } from '../../persistence/tables.ts'

export interface ProfileTable {
  user_id: string
  display_name: string
  avatar: string | null
  bio: string
  tags: string[]
}

declare module '../../persistence/tables.ts' {
  interface Tables {
    profile: ProfileTable
  }
}

export const profileMigrations: Migrations = {
  '0110-profile': {
    async up(db) {
      await sql`create table profile (
        user_id text primary key references users (id),
        display_name text not null,
        avatar text,
        bio text not null default '',
        tags text[] not null default '{}')`.execute(db)
    },
  },
}

export interface PersonRow extends ProfileTable {
  name: string
  roles: string[]
  created_at: Date
}

/** The user with its profile. */
export async function findPerson(db: Db | Tx, id: string): Promise<PersonRow | undefined> {
  return db
    .selectFrom('users')
    .innerJoin('profile', 'profile.user_id', 'users.id')
    .where('users.id', '=', id)
    .select(['user_id', 'display_name', 'avatar', 'bio', 'tags', 'name', 'roles', 'created_at'])
    .executeTakeFirst()
}

export async function insertProfile(
  db: Db | Tx,
  userId: string,
  displayName: string,
): Promise<void> {
  await db
    .insertInto('profile')
    .values({ user_id: userId, display_name: displayName, avatar: null, bio: '', tags: [] })
    .execute()
}

export async function updateProfile(
  db: Db,
  userId: string,
  patch: Partial<Omit<ProfileTable, 'user_id'>>,
): Promise<void> {
  if (Object.keys(patch).length === 0) return
  await db.updateTable('profile').set(patch).where('user_id', '=', userId).execute()
}
