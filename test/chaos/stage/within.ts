/** Harm that a node does to itself: its event loop stands still, or its heap fills up. */

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChaosNode } from './chaos-cluster.ts'

const preload = fileURLToPath(new URL('../../support/harm-within.ts', import.meta.url))

/** The environment of a node that can be told to; `heapMiB` bounds its heap. */
export function harmable(heapMiB?: number): Readonly<Record<string, string>> {
  const bound = heapMiB === undefined ? '' : ` --max-old-space-size=${heapMiB}`
  return { NODE_OPTIONS: `--import=${preload}${bound}` }
}

/** `stall`: a busy loop until `relieve`; `hoard`: until the heap is full, and the process ends. */
export async function harmWithin({ process: own }: ChaosNode, harm: 'stall' | 'hoard') {
  await writeFile(join(own.dataDir, 'harm'), harm)
  process.kill(own.pid!, 'SIGUSR2')
}

export async function relieve({ process: own }: ChaosNode): Promise<void> {
  await rm(join(own.dataDir, 'harm'), { force: true })
}
