import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { reactNative } from './react-native.ts'
import { webPlatform } from './web.ts'
import { wechat, type Wx, type WxSocketTask } from './wechat.ts'

test('[SD50] WeChat: sockets take and give whole buffers and close once', () => {
  const sent: ArrayBuffer[] = []
  const on: Record<string, (value?: any) => void> = {}
  const task: WxSocketTask = {
    send: ({ data }) => sent.push(data),
    close: ({ code, reason }) => on['close']!({ code, reason }),
    onOpen: (fn) => (on['open'] = fn),
    onMessage: (fn) => (on['message'] = fn),
    onClose: (fn) => (on['close'] = fn),
    onError: (fn) => (on['error'] = fn),
  }
  const socket = wechat({ connectSocket: () => task } as unknown as Wx).socket('wss://plaza/x')
  const got: number[][] = []
  const closes: [number, string][] = []
  let opens = 0
  socket.onopen = () => opens++
  socket.onmessage = (bytes) => got.push([...bytes])
  socket.onclose = (code, reason) => closes.push([code, reason])
  on['open']!()
  socket.send(Uint8Array.of(9, 1, 2, 9).subarray(1, 3))
  on['message']!({ data: Uint8Array.of(7, 8).buffer })
  on['message']!({ data: 'text' })
  on['error']!({ errMsg: 'broken' })
  socket.close(1000, 'bye')
  assert.equal(opens, 1)
  assert.deepEqual(
    sent.map((data) => [...new Uint8Array(data)]),
    [[1, 2]],
  )
  assert.deepEqual(got, [[7, 8]])
  assert.deepEqual(closes, [[1006, 'broken']])
})

test('[SD50] WeChat: requests give status and text, and are aborted', async () => {
  const calls: any[] = []
  let aborts = 0
  const platform = wechat({
    request: (options: any) => {
      calls.push(options)
      return { abort: () => aborts++ }
    },
  } as unknown as Wx)
  const abort = new AbortController()
  const answer = platform.http({
    method: 'POST',
    url: 'https://plaza/api/x',
    headers: { a: 'b' },
    body: Uint8Array.of(0, 1).subarray(1),
    signal: abort.signal,
  })
  assert.deepEqual([...new Uint8Array(calls[0].data)], [1])
  abort.abort()
  assert.equal(aborts, 1)
  calls[0].success({ statusCode: 409, data: '{"code":"x"}' })
  assert.deepEqual(await answer, { status: 409, body: '{"code":"x"}' })
  const failed = platform.http({ method: 'GET', url: 'https://plaza', headers: {} })
  calls[1].fail({ errMsg: 'request:fail' })
  await assert.rejects(failed, /request:fail/)
})

test('[SD50] WeChat: storage and events', async () => {
  const stored = new Map<string, string>()
  const fns: Record<string, (value?: any) => void> = {}
  const platform = wechat({
    getStorageSync: (key: string) => stored.get(key) ?? '',
    setStorageSync: (key: string, value: string) => stored.set(key, value),
    removeStorageSync: (key: string) => stored.delete(key),
    onNetworkStatusChange: (fn: () => void) => (fns['network'] = fn),
    onAppShow: (fn: () => void) => (fns['show'] = fn),
  } as unknown as Wx)
  assert.equal(await platform.storage.get('k'), undefined)
  await platform.storage.set('k', 'v')
  assert.equal(await platform.storage.get('k'), 'v')
  await platform.storage.remove('k')
  assert.equal(await platform.storage.get('k'), undefined)
  const seen: unknown[] = []
  platform.onNetwork((online) => seen.push(online))()
  platform.onVisible(() => seen.push('shown'))()
  fns['network']!({ isConnected: false })
  fns['show']!()
  assert.deepEqual(seen, [false, 'shown'])
})

test('[SD50] React Native: storage and events of the modules of the app', async () => {
  const stored = new Map<string, string>()
  let change: (state: string) => void = () => {}
  let net: (state: { isConnected: boolean | null }) => void = () => {}
  const platform = reactNative({
    AsyncStorage: {
      getItem: async (key) => stored.get(key) ?? null,
      setItem: async (key, value) => void stored.set(key, value),
      removeItem: async (key) => void stored.delete(key),
    },
    AppState: {
      addEventListener: (_, fn) => {
        change = fn
        return { remove: () => (change = () => {}) }
      },
    },
    NetInfo: {
      addEventListener: (fn) => {
        net = fn
        return () => {}
      },
    },
  })
  await platform.storage.set('k', 'v')
  assert.equal(await platform.storage.get('k'), 'v')
  await platform.storage.remove('k')
  assert.equal(await platform.storage.get('k'), undefined)
  const seen: unknown[] = []
  const stop = platform.onVisible(() => seen.push('active'))
  platform.onNetwork((online) => seen.push(online))
  change('background')
  change('active')
  net({ isConnected: null })
  net({ isConnected: false })
  stop()
  change('active')
  assert.deepEqual(seen, ['active', true, false])
})

test('[SD50] web: text frames are ignored, bytes arrive, the close code is told', () => {
  const sockets: any[] = []
  class FakeWebSocket {
    sent: unknown[] = []
    constructor() {
      sockets.push(this)
    }
    send(data: unknown): void {
      this.sent.push(data)
    }
    close(): void {}
  }
  const platform = webPlatform({ fetch, WebSocket: FakeWebSocket as never })
  const socket = platform.socket('ws://plaza')
  const got: unknown[] = []
  socket.onmessage = (bytes) => got.push([...bytes])
  socket.onclose = (code, reason) => got.push([code, reason])
  socket.send(Uint8Array.of(1))
  sockets[0].onmessage({ data: 'text' })
  sockets[0].onmessage({ data: Uint8Array.of(2).buffer })
  sockets[0].onerror(new Error('x'))
  sockets[0].onclose({ code: 4101, reason: 'slow' })
  assert.equal(sockets[0].binaryType, 'arraybuffer')
  assert.deepEqual(got, [[2], [4101, 'slow']])
})

test('[SD51] outside platform/ the SDK uses no global of any platform', () => {
  const globals =
    /\b(?:window|document|navigator|localStorage|sessionStorage|globalThis|process|Buffer|setTimeout|setInterval|clearTimeout|queueMicrotask|fetch|WebSocket|XMLHttpRequest|URL|URLSearchParams|TextEncoder|TextDecoder|Headers|performance|console|crypto)\s*[.(]|\bnew (?:URL|URLSearchParams|Headers|TextEncoder|TextDecoder|WebSocket|AbortController|Worker)\b|\bDate\.now\b|\bMath\.random\b|from 'node:/
  assert.match("new WebSocket('x')", globals)
  assert.match('Date.now()', globals)
  const root = join(import.meta.dirname, '..')
  const files = readdirSync(root).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  assert.ok(files.length > 15)
  for (const name of files) {
    const lines = readFileSync(join(root, name), 'utf8').split('\n')
    const found = lines.filter((line) => !/^\s*(?:\*|\/\/|\/\*)/.test(line) && globals.test(line))
    assert.deepEqual(found, [], name)
  }
})
