/** Finds the ffmpeg to use. */

import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { RoomError } from '../../engine/kernel/room-error.ts'

export interface Ffmpeg {
  readonly path: string
  readonly version: string
  /** `bundled` is an npm package of 2018: good for copying, to be replaced for anything else. */
  readonly from: 'configured' | 'system' | 'bundled'
}

const run = promisify(execFile)

/**
 * The configured binary, else the system's, else the one of `@ffmpeg-installer/ffmpeg`.
 * @throws RoomError `media.ffmpeg` when there is none that runs; a configured one is not replaced
 */
export async function findFfmpeg(configured?: string, path = process.env.PATH): Promise<Ffmpeg> {
  if (configured)
    return probe(configured.includes('/') ? resolve(configured) : configured, 'configured')
  const system = await onPath('ffmpeg', path ?? '')
  return system ? probe(system, 'system') : probe(bundled(), 'bundled')
}

async function probe(path: string, from: Ffmpeg['from']): Promise<Ffmpeg> {
  try {
    const { stdout } = await run(path, ['-hide_banner', '-version'], { timeout: 10_000 })
    return { path, version: /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'unknown', from }
  } catch (cause) {
    throw missing(`${path} does not run`, cause)
  }
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, name)
    const executable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (executable) return file
  }
  return undefined
}

function bundled(): string {
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path
  } catch (cause) {
    throw missing('there is none on this machine', cause)
  }
}

function missing(what: string, cause: unknown): RoomError {
  return new RoomError('media.ffmpeg', `ffmpeg: ${what}. Install it or set PLAZA_FFMPEG.`, {
    cause,
  })
}
