/** Preloaded with `--import`: on SIGUSR2 a process does to itself what the file `harm` in its data directory says. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(process.env.PLAZA_DATA_DIR ?? '.', 'harm')

process.on('SIGUSR2', () => {
  const harm = readFileSync(file, 'utf8')
  if (harm === 'stall') while (existsSync(file));
  if (harm === 'hoard') hoard([])
})

/** Fills the heap while the event loop goes on, as a leak does. */
function hoard(kept: unknown[]): void {
  kept.push(Array.from({ length: 100_000 }, () => 0))
  setImmediate(hoard, kept)
}
