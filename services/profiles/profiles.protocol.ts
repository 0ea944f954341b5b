/** What the platform tells about people. */

/** What a user sees of itself. */
export interface Me {
  readonly id: string
  readonly name: string
  readonly displayName: string
  /** Path of the image on this server. */
  readonly avatar?: string
  readonly bio: string
  readonly tags: readonly string[]
  /** `user`, and `moderator` or `admin` for the platform's staff. */
  readonly roles: readonly string[]
  /** ISO 8601. */
  readonly createdAt: string
}

/** What everybody sees of a user. */
export interface PublicProfile {
  readonly id: string
  readonly name: string
  readonly displayName: string
  readonly avatar?: string
  readonly bio: string
  readonly tags: readonly string[]
}

export interface ProfilePatch {
  readonly displayName?: string
  readonly bio?: string
  readonly tags?: readonly string[]
}

/** Bounds that a form may check too. */
export const profileLimits = { displayName: 32, bio: 500, tags: 10, tag: 20 } as const
