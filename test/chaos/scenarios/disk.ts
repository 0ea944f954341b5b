/** The disk of Postgres is full: gifts are refused or wait, and none is half done. */

import { spawnSync } from 'node:child_process'
import { open, rm, statfs, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { demand, sleep, underGifts } from './under-gifts.ts'
import type { Scenario } from './scenario.ts'

const size = '320m'

function run(program: string, ...args: string[]): boolean {
  return spawnSync(program, args).status === 0
}

/** Writes until nothing more goes in. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (const bytes of [2 ** 20, 2 ** 12])
      for (const block = Buffer.alloc(bytes, 1); ;)
        if ((await file.write(block).catch(() => undefined)) === undefined) break
  } finally {
    await file.close()
  }
}

export const diskFull: Scenario = {
  name: 'disk-full',
  title: 'The disk of Postgres is full for some seconds',
  missing: () =>
    process.platform !== 'linux' || process.getuid?.() !== 0
      ? 'a small disk can be mounted by root on Linux only'
      : false,
  stage: {
    postgres: {
      // Little of it is kept ready, so that the end comes soon.
      settings: { min_wal_size: '32MB', max_wal_size: '64MB' },
      prepare: async (folder) => {
        if (!run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder))
          throw new Error('the small disk cannot be mounted')
      },
      release: async (folder) => void run('umount', '-l', folder),
    },
  },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const { postgres } = stage.cluster
      const filler = join(postgres.folder, 'filler')
      stage.timeline.fault('the disk is filled up')
      await fill(filler)
      const { bavail, bsize } = await statfs(postgres.folder)
      // Postgres goes on inside of the files that it has; then it cannot.
      let answered = burst.acked
      for (let quiet = 0; quiet < 2;) {
        await sleep(1_000)
        quiet = burst.acked === answered ? quiet + 1 : 0
        answered = burst.acked
        if (stage.timeline.sinceFault > 40_000) break
      }
      const full = /No space left on device/.test(postgres.output)
      stage.timeline.note(full ? 'Postgres finds no space' : 'Postgres did not need more space')
      await truncate(filler, 0)
      await rm(filler)
      await postgres.start()
      stage.timeline.heal('there is space again')
      return [demand('X', 'The disk was full', full, () => `${bavail * bsize} bytes were left`)]
    }),
}
