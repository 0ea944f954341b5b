/** The platform that the globals tell. */

import type { Platform } from '../platform.ts'
import { browserPlatform } from './browser.ts'
import { webPlatform } from './web.ts'

/** A browser page has a document; Node and React Native share what is left. */
export function defaultPlatform(): Platform {
  const isPage = typeof document !== 'undefined' && typeof localStorage !== 'undefined'
  return isPage ? browserPlatform() : webPlatform()
}
