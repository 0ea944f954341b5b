/** A platform whose time, chance, network and storage belong to the test. */

import type { HttpRequest, HttpResponse, Platform, Socket, Storage } from '../platform.ts'
import { memoryStorage } from '../platform/web.ts'
import { seededRandom } from './seeded-random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface FakePlatform extends Platform {
  readonly requests: HttpRequest[]
  network(online: boolean): void
  visible(): void
}

export interface FakePlatformOptions {
  clock: VirtualClock
  seed?: number
  storage?: Storage
  http?: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>
  socket?: (url: string) => Socket
  exclusive?: Platform['exclusive']
}

export function fakePlatform(options: FakePlatformOptions): FakePlatform {
  const { clock, seed = 1, storage = memoryStorage() } = options
  const onNetwork = new Set<(online: boolean) => void>()
  const onVisible = new Set<() => void>()
  const requests: HttpRequest[] = []
  return {
    requests,
    network: (online) => onNetwork.forEach((fn) => fn(online)),
    visible: () => onVisible.forEach((fn) => fn()),
    socket: (url) => {
      if (!options.socket) throw new Error('this test has no sockets')
      return options.socket(url)
    },
    http: async (request) => {
      requests.push(request)
      if (!options.http) throw new Error('this test has no HTTP')
      return options.http(request)
    },
    storage,
    onNetwork: (fn) => {
      onNetwork.add(fn)
      return () => void onNetwork.delete(fn)
    },
    onVisible: (fn) => {
      onVisible.add(fn)
      return () => void onVisible.delete(fn)
    },
    random: seededRandom(seed),
    now: () => clock.now,
    after: (ms, fn) => clock.after(ms, fn),
    ...(options.exclusive && { exclusive: options.exclusive }),
  }
}

export function json(status: number, body: unknown): HttpResponse {
  return { status, body: body === undefined ? '' : JSON.stringify(body) }
}

export function problem(status: number, code: string, data: object = {}): HttpResponse {
  return json(status, {
    type: 'about:blank',
    title: code,
    status,
    detail: `It is ${code}.`,
    code,
    data,
  })
}
