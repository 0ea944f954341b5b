/** The media node's configuration, from the environment. */

import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { RoomError } from '../engine/kernel/room-error.ts'

const port = z.coerce.number().int().min(0).max(65_535)
const count = (most: number) => z.coerce.number().int().min(1).max(most)

const schema = z.object({
  PLAZA_RTMP_PORT: port.default(1935),
  PLAZA_MEDIA_PORT: port.default(8000),
  PLAZA_HOST: z.string().min(1).max(255).default('0.0.0.0'),
  PLAZA_DATA_DIR: z.string().min(1).default('data'),
  PLAZA_MEDIA_URL: z.url().default('http://localhost:8000'),
  PLAZA_SECRET_MEDIA: z.string().regex(/^(?:[0-9a-f]{2}){16,}$/i, 'at least 32 hexadecimal digits'),
  PLAZA_DATABASE_URL: z.string().optional(),
  PLAZA_NODE_ID: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional(),
  PLAZA_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info'),
  PLAZA_FFMPEG: z.string().min(1).optional(),
  PLAZA_MEDIA_STREAMS: count(10_000).default(50),
  PLAZA_MEDIA_VIEWERS: count(100_000).default(2000),
  PLAZA_MEDIA_KBPS: count(1_000_000).default(12_000),
  PLAZA_STREAM_GRACE: z.coerce.number().min(0).max(3600).default(30),
  PLAZA_RECORDING_DAYS: z.coerce.number().min(0).max(36_500).default(30),
})

export interface MediaConfig {
  readonly rtmpPort: number
  readonly mediaPort: number
  readonly host: string
  readonly dataDir: string
  /** Address under which players and other nodes reach this node's HTTP port. */
  readonly mediaUrl: string
  /** Hex. */
  readonly secret: string
  readonly databaseUrl?: string
  readonly nodeId?: string
  readonly logLevel: string
  readonly ffmpeg?: string
  readonly maxStreams: number
  readonly maxViewers: number
  /** Bound on one publisher, kbit/s. */
  readonly maxKbps: number
  /** How long a lost publisher may stay away. */
  readonly graceMs: number
  /** Recordings older than this are deleted; 0 keeps none. */
  readonly recordingDays: number
}

/**
 * Reads `PLAZA_*` variables; `<name>_FILE` names a file that holds the value. Foreign names are not
 * ours to judge: the server that starts this node has more of them.
 * @throws RoomError `config.invalid` naming everything that is wrong
 */
export function readConfig(env: NodeJS.ProcessEnv): MediaConfig {
  const given: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const value = env[name] ?? fromFile(env[`${name}_FILE`])
    if (value !== undefined && value !== '') given[name] = value
  }
  const { success, data, error } = schema.safeParse(given)
  if (!success) {
    const faults = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new RoomError('config.invalid', `Set these right and start again: ${faults.join('; ')}`)
  }
  return {
    rtmpPort: data.PLAZA_RTMP_PORT,
    mediaPort: data.PLAZA_MEDIA_PORT,
    host: data.PLAZA_HOST,
    dataDir: data.PLAZA_DATA_DIR,
    mediaUrl: data.PLAZA_MEDIA_URL,
    secret: data.PLAZA_SECRET_MEDIA,
    logLevel: data.PLAZA_LOG_LEVEL,
    maxStreams: data.PLAZA_MEDIA_STREAMS,
    maxViewers: data.PLAZA_MEDIA_VIEWERS,
    maxKbps: data.PLAZA_MEDIA_KBPS,
    graceMs: data.PLAZA_STREAM_GRACE * 1000,
    recordingDays: data.PLAZA_RECORDING_DAYS,
    ...(data.PLAZA_DATABASE_URL !== undefined && { databaseUrl: data.PLAZA_DATABASE_URL }),
    ...(data.PLAZA_NODE_ID !== undefined && { nodeId: data.PLAZA_NODE_ID }),
    ...(data.PLAZA_FFMPEG !== undefined && { ffmpeg: data.PLAZA_FFMPEG }),
  }
}

function fromFile(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, 'utf8').trim()
}
