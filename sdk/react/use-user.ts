/** Who is signed in. */

import { useCallback, useSyncExternalStore } from 'react'
import type { Me } from '../types.ts'
import { useClient } from './provider.ts'

/** Undefined for a guest, and until `auth.restore()` settled. */
export function useUser(): Me | undefined {
  const { auth } = useClient()
  const subscribe = useCallback((changed: () => void) => auth.on('user', changed), [auth])
  const read = (): Me | undefined => auth.user
  return useSyncExternalStore(subscribe, read, read)
}
