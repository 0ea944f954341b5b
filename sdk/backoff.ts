/** How long to wait before the next try. */

/**
 * Full jitter: uniform in [0, min(capMs, baseMs · 2^tries)), so that a crowd that lost its server
 * together does not come back together. Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
 */
export function backoffMs(
  tries: number,
  random: () => number,
  { baseMs = 500, capMs = 15_000 }: { baseMs?: number; capMs?: number } = {},
): number {
  return Math.floor(random() * Math.min(capMs, baseMs * 2 ** Math.min(tries, 20)))
}
