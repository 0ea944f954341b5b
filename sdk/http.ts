/** Calls of the HTTP API: JSON in and out, problem details as RejectError, deadline and abort. */

import type { HttpResponse, Platform } from './platform.ts'
import { Endpoints } from './endpoints.ts'
import { isReject, RejectError, type Retry } from './reject-error.ts'

export interface HttpCall {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly query?: Readonly<Record<string, string | number | undefined>>
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: Uint8Array | Blob
  readonly token?: string | undefined
  readonly cookies?: boolean
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number
  /** Harmless twice: another node is asked where one does not answer. Reads are. */
  readonly repeatable?: boolean
}

/** Where there are other nodes to ask, one may take so long, ms; longer than a room takes to find a new leader. */
const patienceMs = 8_000

export class Http {
  readonly endpoints: Endpoints
  readonly #platform: Platform

  constructor(platform: Platform, endpoint: string) {
    this.#platform = platform
    this.endpoints = new Endpoints(endpoint)
  }

  /**
   * Rejects with the server's code, or with `offline`, `timeout`, `aborted`, `unreadable`.
   * An empty answer gives undefined.
   */
  async call<T>(path: string, call: HttpCall = {}): Promise<T> {
    const { endpoints } = this
    const { method = 'GET', repeatable = method === 'GET', cookies = false } = call
    for (let left = repeatable && !cookies ? endpoints.count : 1; ; left -= 1) {
      const endpoint = cookies ? endpoints.home : endpoints.current
      try {
        return await this.#ask<T>(endpoint, path, call, left > 1)
      } catch (error) {
        if (!isReject(error) || !elsewhere.has(error.code)) throw error
        endpoints.failed(endpoint)
        if (left <= 1) throw error
      }
    }
  }

  async #ask<T>(endpoint: string, path: string, call: HttpCall, impatient: boolean): Promise<T> {
    const { timeoutMs = 20_000 } = call
    const limited = { ...call, timeoutMs: impatient ? Math.min(timeoutMs, patienceMs) : timeoutMs }
    const response = await this.#within(this.#start(endpoint, path, call), limited)
    if (response.status >= 200 && response.status < 300) return parse(response) as T
    throw refusal(response)
  }

  #start(endpoint: string, path: string, call: HttpCall): Promise<HttpResponse> {
    const headers: Record<string, string> = { accept: 'application/json' }
    if (call.token) headers['authorization'] = `Bearer ${call.token}`
    let body: string | Uint8Array | Blob | undefined
    if (call.raw !== undefined) {
      body = call.raw
      headers['content-type'] = ('type' in call.raw && call.raw.type) || 'application/octet-stream'
    } else if (call.body !== undefined) {
      body = JSON.stringify(call.body)
      headers['content-type'] = 'application/json'
    }
    return this.#platform.http({
      method: call.method ?? 'GET',
      url: endpoint + path + queryText(call.query),
      headers,
      ...(body !== undefined && { body }),
      ...(call.cookies && { cookies: true }),
      ...(call.signal && { signal: call.signal }),
    })
  }

  #within(
    answer: Promise<HttpResponse>,
    { signal, timeoutMs }: HttpCall & { readonly timeoutMs: number },
  ): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const abort = (): void => end(() => reject(aborted()))
      const cancel = this.#platform.after(timeoutMs, () =>
        end(() =>
          reject(
            new RejectError('timeout', 'The server did not answer in time.', { retry: 'retry' }),
          ),
        ),
      )
      const end = (settle: () => void): void => {
        cancel()
        signal?.removeEventListener('abort', abort)
        settle()
      }
      if (signal?.aborted) abort()
      signal?.addEventListener('abort', abort)
      answer.then(
        (response) => end(() => resolve(response)),
        (cause) => end(() => reject(signal?.aborted ? aborted() : unreachable(cause))),
      )
    })
  }
}

/** Another node may do better. */
const elsewhere: ReadonlySet<string> = new Set(['offline', 'timeout', 'draining'])

export function aborted(): RejectError {
  return new RejectError('aborted', 'The call was cancelled.')
}

function unreachable(cause: unknown): RejectError {
  return new RejectError('offline', 'The server cannot be reached; check the network.', {
    retry: 'retry',
    cause,
  })
}

function queryText(query: HttpCall['query']): string {
  const parts = Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return parts.length > 0 ? `?${parts.join('&')}` : ''
}

function parse(response: HttpResponse): unknown {
  if (response.body === '') return undefined
  try {
    return JSON.parse(response.body)
  } catch (cause) {
    throw new RejectError(
      'unreadable',
      'The answer is not JSON; is this the address of a Plaza server?',
      {
        retry: 'retry',
        status: response.status,
        cause,
      },
    )
  }
}

function refusal(response: HttpResponse): RejectError {
  let problem: any
  try {
    problem = JSON.parse(response.body)
  } catch {
    // A proxy in between answers in its own words.
  }
  const { status } = response
  return new RejectError(
    typeof problem?.code === 'string' ? problem.code : `http_${status}`,
    problem?.detail ?? problem?.title ?? `The server answered ${status}.`,
    { status, data: problem?.data, retry: problem?.retry ?? retryOf(status) },
  )
}

function retryOf(status: number): Retry {
  if (status === 401) return 'login'
  if (status === 429 || status >= 500) return 'retry'
  if ([400, 409, 413, 415, 422].includes(status)) return 'fix'
  return 'no'
}
