/** The runs of one stream as they stand on disk, in order. */

import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseRun, runFiles, type Run } from './playlist.ts'

interface Entry {
  readonly run: number
  /** The process that wrote it is gone. */
  closed: boolean
  /** Read after it was closed: it cannot change any more. */
  final: boolean
  stamp: string
  parsed: Run | undefined
}

const runPlaylist = /^(\d{1,4})-run\.m3u8$/

/** Reads each run's playlist when it changed. A run is listed only when those before it are closed. */
export class RunLog {
  readonly #folder: string
  readonly #entries: Entry[]

  private constructor(folder: string, runs: number[]) {
    this.#folder = folder
    this.#entries = runs.map((run) => entry(run, true))
  }

  /** Finds the runs that a former process left in the folder; all of them are closed. */
  static async open(folder: string): Promise<RunLog> {
    const names = await readdir(folder)
    const runs = names.flatMap((name) => runPlaylist.exec(name)?.[1] ?? []).map(Number)
    return new RunLog(
      folder,
      runs.sort((a, b) => a - b),
    )
  }

  /** The number of a new run; call its answer when its process is gone. */
  begin(): { run: number; closed: () => void } {
    const added = entry((this.#entries.at(-1)?.run ?? -1) + 1, false)
    this.#entries.push(added)
    return { run: added.run, closed: () => (added.closed = true) }
  }

  /** What may be announced to players now. The same objects as before where nothing changed. */
  async read(): Promise<Run[]> {
    const runs: Run[] = []
    for (const each of this.#entries) {
      if (!each.final) await this.#refresh(each)
      if (each.parsed) runs.push(each.parsed)
      if (!each.final) break
    }
    return runs
  }

  async #refresh(each: Entry): Promise<void> {
    const { closed } = each
    const file = join(this.#folder, runFiles(each.run).playlist)
    const stamp = await stat(file).then(
      ({ mtimeMs, size }) => `${mtimeMs} ${size}`,
      () => '',
    )
    if (stamp !== each.stamp) {
      each.parsed = parseRun(await readFile(file, 'utf8'))
      each.stamp = stamp
    }
    each.final = closed
  }
}

function entry(run: number, closed: boolean): Entry {
  return { run, closed, final: false, stamp: '', parsed: undefined }
}
