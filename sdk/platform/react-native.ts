/** The platform of a React Native app, over the modules that the app already has. */

import type { Platform, Storage } from '../platform.ts'
import { webPlatform } from './web.ts'

export interface ReactNativeModules {
  /** `@react-native-async-storage/async-storage` or anything alike, e.g. over the keychain. */
  AsyncStorage: {
    getItem(key: string): Promise<string | null>
    setItem(key: string, value: string): Promise<void>
    removeItem(key: string): Promise<void>
  }
  /** Of `react-native`. */
  AppState: { addEventListener(type: 'change', fn: (state: string) => void): { remove(): void } }
  /** `@react-native-community/netinfo`; without it lost networks are noticed by silence. */
  NetInfo?: { addEventListener(fn: (state: { isConnected: boolean | null }) => void): () => void }
}

export function reactNative({ AsyncStorage, AppState, NetInfo }: ReactNativeModules): Platform {
  const storage: Storage = {
    get: async (key) => (await AsyncStorage.getItem(key)) ?? undefined,
    set: (key, value) => AsyncStorage.setItem(key, value),
    remove: (key) => AsyncStorage.removeItem(key),
  }
  return {
    ...webPlatform(),
    storage,
    onNetwork: (fn) =>
      NetInfo?.addEventListener(({ isConnected }) => fn(isConnected !== false)) ?? (() => {}),
    onVisible: (fn) => {
      const subscription = AppState.addEventListener('change', (state) => {
        if (state === 'active') fn()
      })
      return () => subscription.remove()
    },
  }
}
