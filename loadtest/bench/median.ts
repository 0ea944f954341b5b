/** The middle of some figures, how far they lie apart, and how they compare. */

/** NaN where there are none; the upper of two middles. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Half of the distance between the least and the greatest, as a share of the median: how noisy a run was. */
export function noise(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values)
}

/** Figures of the same rounds compared round by round: what the machine did in a round met both. */
export function compared(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, round) => value / others[round]!)
}
