/** The platform of a browser page. */

import type { Platform, Storage } from '../platform.ts'
import { memoryStorage, webPlatform } from './web.ts'

export function browserPlatform(): Platform {
  const locks = navigator.locks as LockManager | undefined
  return {
    ...webPlatform({ fetch: (...call) => fetch(...call), WebSocket }),
    storage: localStorageOrMemory(),
    onNetwork: (fn) => {
      const online = (): void => fn(true)
      const offline = (): void => fn(false)
      addEventListener('online', online)
      addEventListener('offline', offline)
      return () => {
        removeEventListener('online', online)
        removeEventListener('offline', offline)
      }
    },
    onVisible: (fn) => {
      const changed = (): void => {
        if (document.visibilityState === 'visible') fn()
      }
      document.addEventListener('visibilitychange', changed)
      return () => document.removeEventListener('visibilitychange', changed)
    },
    // Insecure origins have no locks.
    ...(locks && { exclusive: async (name, fn) => await locks.request(name, fn) }),
  }
}

/** Pages with storage forbidden keep the session as long as the page. */
function localStorageOrMemory(): Storage {
  try {
    const store = localStorage
    store.getItem('plaza')
    return {
      get: async (key) => store.getItem(key) ?? undefined,
      set: async (key, value) => store.setItem(key, value),
      remove: async (key) => store.removeItem(key),
    }
  } catch {
    return memoryStorage()
  }
}
