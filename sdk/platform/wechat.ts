/** The platform of a WeChat mini program, over its `wx` object. Sockets need an allow-listed wss domain. */

import type { HttpResponse, Platform, Socket } from '../platform.ts'

/** The part of `wx` that is used. */
export interface Wx {
  connectSocket(options: { url: string; fail?: (error: unknown) => void }): WxSocketTask
  request(options: object): { abort(): void }
  getStorageSync(key: string): unknown
  setStorageSync(key: string, value: string): void
  removeStorageSync(key: string): void
  onNetworkStatusChange(fn: (result: { isConnected: boolean }) => void): void
  offNetworkStatusChange?(fn: (result: { isConnected: boolean }) => void): void
  onAppShow(fn: () => void): void
  offAppShow?(fn: () => void): void
}

export interface WxSocketTask {
  send(options: { data: ArrayBuffer; fail?: (error: unknown) => void }): void
  close(options: { code?: number; reason?: string }): void
  onOpen(fn: () => void): void
  onMessage(fn: (message: { data: ArrayBuffer | string }) => void): void
  onClose(fn: (result: { code?: number; reason?: string }) => void): void
  onError(fn: (error: { errMsg?: string }) => void): void
}

export function wechat(wx: Wx): Platform {
  return {
    socket: (url) => wxSocket(wx, url),
    http: (request) => wxHttp(wx, request),
    storage: {
      get: async (key) => {
        const value = wx.getStorageSync(key)
        return typeof value === 'string' && value !== '' ? value : undefined
      },
      set: async (key, value) => wx.setStorageSync(key, value),
      remove: async (key) => wx.removeStorageSync(key),
    },
    onNetwork: (fn) => {
      const changed = ({ isConnected }: { isConnected: boolean }): void => fn(isConnected)
      wx.onNetworkStatusChange(changed)
      return () => wx.offNetworkStatusChange?.(changed)
    },
    onVisible: (fn) => {
      wx.onAppShow(fn)
      return () => wx.offAppShow?.(fn)
    },
    random: () => Math.random(),
    now: () => Date.now(),
    after: (ms, fn) => {
      const timer = setTimeout(fn, ms)
      return () => clearTimeout(timer)
    },
  }
}

function wxSocket(wx: Wx, url: string): Socket {
  let over = false
  const close = (code: number, reason: string): void => {
    if (over) return
    over = true
    socket.onclose?.(code, reason)
  }
  const task = wx.connectSocket({ url, fail: (error) => close(1006, String(error)) })
  const socket: Socket = {
    onopen: undefined,
    onmessage: undefined,
    onclose: undefined,
    // `wx` takes whole ArrayBuffers only, no views.
    send: (bytes) => task.send({ data: bytes.slice().buffer as ArrayBuffer }),
    close: (code = 1000, reason = '') => task.close({ code, reason }),
  }
  task.onOpen(() => socket.onopen?.())
  task.onMessage(({ data }) => {
    if (typeof data !== 'string') socket.onmessage?.(new Uint8Array(data))
  })
  task.onClose(({ code = 1006, reason = '' }) => close(code, reason))
  task.onError(({ errMsg = '' }) => close(1006, errMsg))
  return socket
}

function wxHttp(wx: Wx, request: Parameters<Platform['http']>[0]): Promise<HttpResponse> {
  const { body, signal } = request
  return new Promise((resolve, reject) => {
    const call = wx.request({
      url: request.url,
      method: request.method,
      header: request.headers,
      // As text, so that the SDK parses it as everywhere else.
      dataType: 'other',
      responseType: 'text',
      ...(body !== undefined && {
        data: typeof body === 'string' ? body : (body as Uint8Array).slice().buffer,
      }),
      success: (result: { statusCode: number; data: unknown }) =>
        resolve({ status: result.statusCode, body: String(result.data ?? '') }),
      fail: (error: { errMsg?: string }) => reject(new Error(error.errMsg ?? 'request failed')),
    })
    signal?.addEventListener('abort', () => call.abort())
  })
}
