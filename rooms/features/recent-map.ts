/** What happened lately, by key: plain data that a snapshot keeps, bounded by age and by number. */

export interface RecentMap<V extends { readonly at: number }> {
  /** Oldest first. */
  readonly entries: Map<string, V>
  prunedAt: number
}

export function newRecent<V extends { readonly at: number }>(): RecentMap<V> {
  return { entries: new Map(), prunedAt: 0 }
}

/**
 * Puts `value` behind all others. Entries older than `keepMs` go once in `keepMs`; beyond `cap` the
 * oldest tenth goes at once. Both in bulk, for finding the front of a Map walks over what was deleted.
 */
export function remember<V extends { readonly at: number }>(
  recent: RecentMap<V>,
  key: string,
  value: V,
  { keepMs, cap }: { keepMs: number; cap: number },
): void {
  const { entries } = recent
  entries.delete(key)
  entries.set(key, value)
  const full = entries.size > cap
  if (!full && value.at - recent.prunedAt < keepMs) return
  recent.prunedAt = value.at
  const room = full ? cap - Math.ceil(cap / 10) : cap
  for (const [oldest, { at }] of entries) {
    if (at >= value.at - keepMs && entries.size <= room) return
    entries.delete(oldest)
  }
}
