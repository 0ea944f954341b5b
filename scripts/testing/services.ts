/** What of the outside world the tests can use on this machine. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'

export interface Missing {
  readonly name: string
  readonly why: string
}

/** What is not here, each with the reason. Tests that need it leave themselves out. */
export async function missingServices(): Promise<Missing[]> {
  const database = process.env.PLAZA_TEST_DATABASE_URL ?? 'postgres://127.0.0.1:5432'
  const redis = process.env.PLAZA_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'
  const found = await Promise.all([
    answers('PostgreSQL', database, 5432),
    answers('Redis', redis, 6379),
    runs('ffmpeg', process.env.PLAZA_FFMPEG ?? 'ffmpeg', '-version'),
    exists('Chromium', process.env.PLAZA_TEST_CHROMIUM ?? '/usr/bin/chromium'),
  ])
  return found.filter((missing) => missing !== undefined)
}

function answers(name: string, address: string, port: number): Promise<Missing | undefined> {
  const url = new URL(address)
  const place = { host: url.hostname, port: Number(url.port || port) }
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: 3000 })
    const end = (missing: Missing | undefined) => {
      socket.destroy()
      resolve(missing)
    }
    const why = `nothing answers at ${place.host}:${place.port}`
    socket.on('connect', () => end(undefined))
    socket.on('error', () => end({ name, why }))
    socket.on('timeout', () => end({ name, why }))
  })
}

function runs(name: string, command: string, argument: string): Missing | undefined {
  if (spawnSync(command, [argument], { stdio: 'ignore' }).status === 0) return undefined
  return { name, why: `${command} does not run` }
}

function exists(name: string, path: string): Missing | undefined {
  return existsSync(path) ? undefined : { name, why: `${path} does not exist` }
}
