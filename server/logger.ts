/** The log: JSON lines without tokens, passwords, keys or addresses. */

import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger }

const hidden = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'streamKey',
  'secret',
  'ticket',
  'signature',
  'ip',
  'email',
  'phone',
]

/** A logger of one process. Values under a secret's name are replaced, at the top and two levels down. */
export function createLogger(
  options: { level: string; node?: string },
  destination?: DestinationStream,
): Logger {
  const settings = {
    level: options.level,
    base: options.node === undefined ? {} : { node: options.node },
    redact: {
      paths: hidden.flatMap((n) => [`["${n}"]`, `*["${n}"]`, `*.*["${n}"]`]),
      censor: '[hidden]',
    },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  return destination ? pino(settings, destination) : pino(settings)
}

/** Removes what follows a secret's place in an address: stream keys, tokens and tickets. */
export function maskUrl(url: string): string {
  return url
    .replace(/\/(live|hls|replay|flv)\/[^/?#]+/g, '/$1/[hidden]')
    .replace(/([?&#](?:t|s|token|sessionId|key|_authToken)=)[^&#]*/g, '$1[hidden]')
}
