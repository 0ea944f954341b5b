/** Profiles: what people show of themselves. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Db } from '../../persistence/tables.ts'
import { cleanLine, cleanText, graphemeCount } from '../text.ts'
import {
  profileLimits,
  type Me,
  type ProfilePatch,
  type PublicProfile,
} from './profiles.protocol.ts'
import { findPerson, updateProfile, type PersonRow } from './profiles.store.ts'

export class Profiles {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** Throws `not_found`. */
  async me(userId: string): Promise<Me> {
    return toMe(await this.#person(userId))
  }

  /** Throws `not_found`. */
  async get(userId: string): Promise<PublicProfile> {
    return toPublic(await this.#person(userId))
  }

  /** Cleans and keeps what is given. Throws `invalid` when nothing readable is left or it is too long. */
  async update(userId: string, patch: ProfilePatch): Promise<Me> {
    const { displayName, bio, tags } = patch
    await updateProfile(this.#db, userId, {
      ...(displayName === undefined ? {} : { display_name: cleanDisplayName(displayName) }),
      ...(bio === undefined ? {} : { bio: cleanBio(bio) }),
      ...(tags === undefined ? {} : { tags: cleanTags(tags) }),
    })
    return this.me(userId)
  }

  async setAvatar(userId: string, avatar: string): Promise<Me> {
    await updateProfile(this.#db, userId, { avatar })
    return this.me(userId)
  }

  async #person(userId: string): Promise<PersonRow> {
    const person = await findPerson(this.#db, userId)
    if (person) return person
    throw new RoomError('not_found', 'There is no such user.')
  }
}

/** A display name as it is kept. Throws `invalid`. */
export function cleanDisplayName(text: string): string {
  const name = cleanLine(text)
  const count = graphemeCount(name)
  if (count >= 1 && count <= profileLimits.displayName && /[\p{L}\p{N}\p{S}]/u.test(name))
    return name
  throw invalid(
    'displayName',
    `Choose a display name of 1 to ${profileLimits.displayName} visible characters.`,
  )
}

/** The user with what only itself may see. */
export function toMe(person: PersonRow): Me {
  return {
    ...toPublic(person),
    roles: ['user', ...person.roles],
    createdAt: person.created_at.toISOString(),
  }
}

function toPublic(person: PersonRow): PublicProfile {
  return {
    id: person.user_id,
    name: person.name,
    displayName: person.display_name,
    ...(person.avatar === null ? {} : { avatar: person.avatar }),
    bio: person.bio,
    tags: person.tags,
  }
}

function cleanBio(text: string): string {
  const bio = cleanText(text)
  if (graphemeCount(bio) <= profileLimits.bio) return bio
  throw invalid('bio', `Keep the text to ${profileLimits.bio} characters.`)
}

function cleanTags(tags: readonly string[]): string[] {
  const cleaned = tags.map((tag) => cleanLine(tag.replace(/^#+|#+$/g, ''))).filter(Boolean)
  if (cleaned.every((tag) => graphemeCount(tag) <= profileLimits.tag))
    return [...new Map(cleaned.map((tag) => [tag.toLowerCase(), tag])).values()]
  throw invalid('tags', `Keep each tag to ${profileLimits.tag} characters.`)
}

function invalid(field: string, message: string): RoomError {
  const issues = [{ path: `body.${field}`, message }]
  return new RoomError('invalid', message, { retry: 'fix', data: { issues } })
}
