/** Is it the database that cannot be reached, or a defect of ours? */

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

/**
 * SQLSTATEs of a server that takes no work now: class 08 (connection), class 53 (out of something, such as
 * connections), 57P01 to 57P03 (shutting down, crashed, starting).
 * https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
const serverState = /^(08...|53...|57P0[123])$/

/** What pg and its pool throw without a code. */
const said =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/

/**
 * True for a lost, refused, silent or exhausted connection to the database, also as the cause of another error. Tells
 * nothing about whether the work was done: a commit may have arrived.
 */
export function isUnreachable(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown }
    if (typeof code === 'string' && (socketCodes.has(code) || serverState.test(code))) return true
    if (code === undefined && said.test(at.message)) return true
  }
  return false
}
