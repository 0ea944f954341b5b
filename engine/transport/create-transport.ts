/** Picks uWebSockets where this machine has a binary for it, and ws where not. */

import type { Transport, TransportOptions } from './transport.ts'
import { WsTransport } from './ws-transport.ts'

export interface CreateTransportOptions extends TransportOptions {
  /** Forces one of them; `uws` throws where it cannot be loaded. Default: uws, else ws. */
  readonly prefer?: 'uws' | 'ws'
  /** Told in one line why ws was taken although uws was wanted. */
  readonly onFallback?: (reason: string) => void
}

export async function createTransport(options: CreateTransportOptions): Promise<Transport> {
  if (options.prefer === 'ws') return new WsTransport(options)
  try {
    // Read when the binary loads: its own default of 4 KiB is too little for cookies and tokens.
    process.env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= '16384'
    const { UwsTransport } = await import('./uws-transport.ts')
    return new UwsTransport(await import('uWebSockets.js'), options)
  } catch (error) {
    if (options.prefer === 'uws') throw error
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    options.onFallback?.(
      `uWebSockets does not load on Node ${process.version} (${reason}); using ws, which is slower.`,
    )
    return new WsTransport(options)
  }
}
