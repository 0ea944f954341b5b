/** A live room for as long as a component shows it. */

import { useMemo, useSyncExternalStore } from 'react'
import { LiveStay, type UseLive } from './live-stay.ts'
import { useClient } from './provider.ts'
import { useUser } from './use-user.ts'

/** Joins while mounted, and anew when the id or the signed-in user changes. Without an id it waits. */
export function useLive(id: string | undefined): UseLive {
  const client = useClient()
  const userId = useUser()?.id
  const stay = useMemo(() => new LiveStay(client, id, userId), [client, id, userId])
  return useSyncExternalStore(stay.subscribe, stay.read, stay.read)
}
