/** What a benchmark is and what it tells. */

/** One way of doing the work, with its figures; a figure's name holds its unit, e.g. `p99Ms`. */
export interface Variant {
  readonly name: string
  readonly [figure: string]: number | string
}

export interface BenchResult {
  /** Ours and its peers, measured in the same run. */
  readonly variants: readonly Variant[]
  /** How variants compare, e.g. `{ 'actor / pgbench': 4.8 }`. */
  readonly ratios: Readonly<Record<string, number>>
}

/** Of the command line: `--viewers 5000` is `{ viewers: '5000' }`. */
export type BenchOptions = Readonly<Record<string, string>>

/** Runs in less than three minutes, cleans up after itself; `say` shows progress. */
export type Bench = (say: (line: string) => void, options: BenchOptions) => Promise<BenchResult>
