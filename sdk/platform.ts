/** The port to whatever runs the SDK: browser, Node, React Native, WeChat mini program. */

export interface Platform {
  /** Opens a socket at once; handlers are set before anything is delivered. */
  socket(url: string): Socket
  http(request: HttpRequest): Promise<HttpResponse>
  readonly storage: Storage
  /** Tells when the network comes and goes. */
  onNetwork(fn: (online: boolean) => void): () => void
  /** Tells when the app or page comes to the front. */
  onVisible(fn: () => void): () => void
  /** Uniform in [0, 1). */
  random(): number
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `fn` once after `ms`; the result cancels it. */
  after(ms: number, fn: () => void): () => void
  /** Runs `fn` while no other tab or process of this user does under the same name. Absent: there is no other. */
  exclusive?<T>(name: string, fn: () => Promise<T>): Promise<T>
}

export interface Socket {
  onopen: (() => void) | undefined
  onmessage: ((bytes: Uint8Array) => void) | undefined
  /** Called once, also when the socket never opened. */
  onclose: ((code: number, reason: string) => void) | undefined
  send(bytes: Uint8Array): void
  close(code?: number, reason?: string): void
}

export interface HttpRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | Blob
  /** Send and accept the cookies of the platform's address. */
  readonly cookies?: boolean
  readonly signal?: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  readonly body: string
}

/** Small texts kept for this user over restarts. */
export interface Storage {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string): Promise<void>
  remove(key: string): Promise<void>
}
