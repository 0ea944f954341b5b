/** What browsers, Node ≥ 22 and React Native share: fetch, WebSocket, timers. */

import type { HttpRequest, HttpResponse, Platform, Socket, Storage } from '../platform.ts'

export interface WebGlobals {
  fetch: typeof fetch
  WebSocket: new (url: string) => WebSocket
}

/** A platform without storage, network and visibility; the others add theirs. */
export function webPlatform({ fetch, WebSocket }: WebGlobals = globalThis): Platform {
  return {
    socket: (url) => webSocket(new WebSocket(url)),
    http: (request) => webHttp(fetch, request),
    storage: memoryStorage(),
    onNetwork: () => () => {},
    onVisible: () => () => {},
    random: () => Math.random(),
    now: () => Date.now(),
    after: (ms, fn) => {
      const timer = setTimeout(fn, ms)
      return () => clearTimeout(timer)
    },
  }
}

/** Kept as long as the process. */
export function memoryStorage(): Storage {
  const items = new Map<string, string>()
  return {
    get: async (key) => items.get(key),
    set: async (key, value) => void items.set(key, value),
    remove: async (key) => void items.delete(key),
  }
}

function webSocket(ws: WebSocket): Socket {
  ws.binaryType = 'arraybuffer'
  const socket: Socket = {
    onopen: undefined,
    onmessage: undefined,
    onclose: undefined,
    send: (bytes) => ws.send(bytes as Uint8Array<ArrayBuffer>),
    close: (code, reason) => ws.close(code, reason),
  }
  ws.onopen = () => socket.onopen?.()
  ws.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) socket.onmessage?.(new Uint8Array(data))
  }
  ws.onclose = ({ code, reason }) => socket.onclose?.(code, reason)
  // The close event that follows says it; without a listener `ws` of npm would throw.
  ws.onerror = () => {}
  return socket
}

async function webHttp(fetch: WebGlobals['fetch'], request: HttpRequest): Promise<HttpResponse> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    credentials: request.cookies ? 'include' : 'omit',
    ...(request.body !== undefined && { body: request.body as BodyInit }),
    ...(request.signal && { signal: request.signal }),
  })
  return { status: response.status, body: await response.text() }
}
