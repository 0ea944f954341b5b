/** Colyseus on uWebSockets. */

import { registerHooks } from 'node:module'
import { startColyseus } from './colyseus.ts'
import type { StartPeer } from './peer.ts'

const script = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`

/** What its transport asks for: a default export, which our build has not, and an Express nobody uses here. */
const stand: Readonly<Record<string, string>> = {
  'uWebSockets.js': script(`export * as default from 'native:uWebSockets.js'`),
  'uwebsockets-express': script('export default undefined'),
}

export const start: StartPeer = async () => {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'native:uWebSockets.js') {
        return next('uWebSockets.js', { ...context, parentURL: import.meta.url })
      }
      const url = stand[specifier]
      return url !== undefined && context.parentURL?.includes('uwebsockets-transport')
        ? { url, shortCircuit: true }
        : next(specifier, context)
    },
  })
  const { uWebSocketsTransport } = await import('@colyseus/uwebsockets-transport')
  return startColyseus(new uWebSocketsTransport())
}
