/** A media node of the test's own, as a process, and an encoder that comes back to it for as long as it is told. */

import { fileURLToPath } from 'node:url'
import { spawnSync } from 'node:child_process'
import { startTestStream, type TestStream } from '../../../media/testing/test-stream.ts'
import { PlazaProcess } from '../../support/plaza-process.ts'

const program = fileURLToPath(new URL('../../../media/main.ts', import.meta.url))

/** Why there can be none here, or false. */
export function ownMediaMissing(): string | false {
  const ffmpeg = spawnSync('ffmpeg', ['-version']).status === 0
  return ffmpeg ? false : 'no ffmpeg on this machine'
}

export class OwnMedia {
  readonly process: PlazaProcess
  #encoder: TestStream | undefined
  #streams = false

  static async start(of: { databaseUrl: string; secret: string }): Promise<OwnMedia> {
    const env = {
      PLAZA_DATABASE_URL: of.databaseUrl,
      PLAZA_SECRET_MEDIA: of.secret,
      PLAZA_NODE_ID: 'media-1',
      PLAZA_LOG_LEVEL: 'info',
    }
    const node = await PlazaProcess.create(env, { program, ready: 'media node ready' })
    const made = new OwnMedia(node)
    try {
      await node.start()
      return made
    } catch (error) {
      await made.dispose()
      throw error
    }
  }

  private constructor(node: PlazaProcess) {
    this.process = node
  }

  /** Streams with `key`, and connects again whenever it loses the media node, as OBS does. */
  async publish(key: string): Promise<void> {
    await this.stopEncoder()
    this.#streams = true
    const url = `rtmp://127.0.0.1:${this.process.rtmpPort}/live/${key}`
    const stream = async (): Promise<void> => {
      this.#encoder = await startTestStream({ url, width: 160, height: 90, fps: 10 })
      void this.#encoder.ended.then(() => {
        if (this.#streams) setTimeout(() => this.#streams && void stream(), 500)
      })
    }
    await stream()
  }

  async stopEncoder(): Promise<void> {
    this.#streams = false
    await this.#encoder?.kill()
  }

  async dispose(): Promise<void> {
    await this.stopEncoder()
    await this.process.dispose()
  }
}
