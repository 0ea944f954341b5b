/** The environment of the media node that the server starts: the settings that are the media node's too. */

import type { Config } from './config.ts'
import { envName } from './settings.ts'

const shared = [
  'host',
  'rtmpPort',
  'mediaPort',
  'mediaUrl',
  'mediaStreams',
  'mediaViewers',
  'mediaKbps',
  'streamGrace',
  'recordingDays',
  'dataDir',
  'logLevel',
  'ffmpeg',
] as const satisfies readonly (keyof Config)[]

export function mediaEnv(config: Config, secret: string): Record<string, string> {
  const env: Record<string, string> = { [envName('secretMedia')]: secret }
  for (const setting of shared) {
    const value = config[setting]
    if (value !== undefined) env[envName(setting)] = String(value)
  }
  return env
}
