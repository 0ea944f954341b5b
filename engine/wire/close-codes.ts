/** Why a socket was closed, and what the client does next. */

export type NextStep =
  /** Ask for a new seat and come back, with jitter. */
  | 'reconnect'
  /** Get a new access token, then a new seat. */
  | 'reauthenticate'
  /** Final: coming back by itself would not help. */
  | 'stop'

/** Codes of 4000–4099 belong to Colyseus, those under 4000 to RFC 6455. */
export const closeCodes = {
  /** The room lives elsewhere or in another instance. */
  moved: 4100,
  /** The client did not read fast enough for frames that may not be lost. */
  slow: 4101,
  /** The node is stopping. */
  draining: 4102,
  /** The user's session is over or its rights changed. */
  unauthorized: 4300,
  /** The seat's ticket was used, expired, foreign or forged. */
  ticket: 4301,
  kicked: 4500,
  /** The client sent bytes that are not this protocol. */
  malformed: 4501,
  flooding: 4502,
  roomClosed: 4503,
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]

/** What a client does after any close code, known or not. */
export function nextStep(code: number): NextStep {
  if (code === 4000) return 'stop' // Colyseus: the client left by itself
  if (code >= 4300 && code <= 4399) return 'reauthenticate'
  if (code >= 4500 && code <= 4599) return 'stop'
  return 'reconnect'
}

/** The close reason that spreads those who come back over time. */
export function retryReason(ms: number): string {
  return `retry in ${Math.round(ms)} ms`
}

/** How long the closing side asks to wait before coming back, ms; undefined where it does not say. */
export function retryInMs(reason: string): number | undefined {
  const found = /^retry in (\d{1,7}) ms$/.exec(reason)
  return found ? Number(found[1]) : undefined
}
