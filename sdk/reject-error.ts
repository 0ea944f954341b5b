/** The one error of the SDK: a refusal with a stable code and what to do next. */

/** `no` never helps, `retry` the same call later, `fix` the input first, `login` again. */
export type Retry = 'no' | 'retry' | 'fix' | 'login'

/** Data of the refusals that a program reacts to, by code. */
export interface RejectData {
  slow_mode: { readonly retryInMs: number }
  muted: { readonly until: number }
  kicked: { readonly until: number }
  insufficient_balance: { readonly need: number; readonly have: number }
  spend_limit: { readonly limit: number; readonly remaining: number }
}

/**
 * Codes of the server, and of the SDK itself: `offline`, `timeout`, `aborted`, `closed`, `expired`,
 * `outcome_unknown`, `queue_full`.
 */
export class RejectError extends Error {
  readonly code: string
  readonly retry: Retry
  readonly data: any
  /** HTTP status, where the refusal came over HTTP. */
  readonly status: number | undefined

  constructor(
    code: string,
    message: string,
    options: { retry?: Retry; data?: unknown; status?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RejectError'
    this.code = code
    this.retry = options.retry ?? 'no'
    this.data = options.data ?? {}
    this.status = options.status
  }
}

/** True for a refusal, of this `code` where one is given; types `data` for well-known codes. */
export function isReject<C extends string>(
  error: unknown,
  code?: C,
): error is RejectError & { code: C; data: C extends keyof RejectData ? RejectData[C] : any } {
  return error instanceof RejectError && (code === undefined || error.code === code)
}
