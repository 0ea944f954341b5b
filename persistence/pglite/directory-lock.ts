/** One process a data directory: PGlite itself would let two of them open and destroy it. */

import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { RoomError } from '../../engine/kernel/room-error.ts'

interface Holder {
  readonly pid: number
  readonly host: string
  /** When the process started, in its kernel's ticks; a pid may be used again. */
  readonly started: string
}

const beatMs = 2_000
/** A holder on another host (another container) counts as dead when it did not beat for so long. */
const silentMs = 10_000

/**
 * Takes the lock file or throws RoomError `database.locked` with `{ pid }`. The lock of a dead process
 * is taken over. The result gives the lock up.
 */
export function lockDirectory(path: string): () => void {
  const own = `${path}.${process.pid}.${crypto.randomUUID()}`
  const holder: Holder = { pid: process.pid, host: hostname(), started: startOf(process.pid) }
  writeFileSync(own, JSON.stringify(holder))
  try {
    while (!tryLink(own, path)) removeDead(path, own)
  } finally {
    rmSync(own, { force: true })
  }
  const beat = setInterval(() => touch(path), beatMs)
  beat.unref()
  return () => {
    clearInterval(beat)
    rmSync(path, { force: true })
  }
}

function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Moves a dead holder's file away; throws where the holder lives. */
function removeDead(path: string, own: string): void {
  const found = read(path)
  if (!found) return
  if (lives(found.holder, found.beatAt)) throw locked(path, found.holder)
  const aside = `${own}.stale`
  try {
    renameSync(path, aside)
  } catch {
    return // somebody else took it over
  }
  // Between reading and moving, somebody else may have taken it over: then it is put back.
  const moved = read(aside)
  if (moved && lives(moved.holder, moved.beatAt)) tryLink(aside, path)
  rmSync(aside, { force: true })
}

function read(path: string): { holder: Holder | undefined; beatAt: number } | undefined {
  try {
    const beatAt = statSync(path).mtimeMs
    return { holder: parse(readFileSync(path, 'utf8')), beatAt }
  } catch {
    return undefined
  }
}

function parse(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return undefined
  }
}

function lives(holder: Holder | undefined, beatAt: number): boolean {
  if (!holder) return false
  if (holder.host !== hostname()) return Date.now() - beatAt < silentMs
  return startOf(holder.pid) === holder.started && isRunning(holder.pid)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // The directory is gone; nothing is left to lock.
  }
}

function locked(path: string, holder: Holder | undefined): RoomError {
  return new RoomError(
    'database.locked',
    `The database is in use by process ${holder?.pid} on ${holder?.host}. Stop that process, ` +
      `choose another PLAZA_DATA_DIR, or use a server through PLAZA_DATABASE_URL. (${path})`,
    { data: { pid: holder?.pid } },
  )
}
