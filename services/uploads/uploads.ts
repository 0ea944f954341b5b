/** Uploaded images: checked, re-encoded without their metadata, kept under the hash of their content. */

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileTypeFromBuffer } from 'file-type'
import sharp from 'sharp'
import { RoomError } from '../../engine/kernel/room-error.ts'
import type { ImageUse, UploadedImage } from './uploads.protocol.ts'

/** Most bytes of an image as it is sent. */
export const imageLimit = 8 * 1024 * 1024

const accepted = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif'])
/** Most pixels of an image as it is sent; more is a decompression bomb. */
const pixelLimit = 40_000_000
const sizes: Readonly<Record<ImageUse, { width: number; height: number }>> = {
  avatar: { width: 320, height: 320 },
  cover: { width: 1280, height: 720 },
}
/** Decoding takes memory and all cores, so few at a time, and a short queue. */
const atOnce = 2
const mostWaiting = 20

export class Uploads {
  readonly #dir: string
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** Files go to `<dataDir>/uploads`. */
  constructor(dataDir: string) {
    this.#dir = join(dataDir, 'uploads')
  }

  get directory(): string {
    return this.#dir
  }

  /**
   * Keeps an image. Whatever was in it besides pixels (EXIF, GPS, trailing data) is gone.
   * Throws `upload.type`, `upload.pixels`, `upload.broken`, or `busy`.
   */
  async store(bytes: Uint8Array, use: ImageUse): Promise<UploadedImage> {
    const type = await fileTypeFromBuffer(bytes).catch(() => undefined)
    if (type === undefined || !accepted.has(type.mime))
      throw new RoomError('upload.type', 'Send a PNG, JPEG, WebP, GIF or AVIF image.', {
        retry: 'fix',
      })
    await this.#enter()
    try {
      const { data, info } = await encode(bytes, use)
      const name = `${createHash('sha256').update(data).digest('hex')}.webp`
      await this.#write(name, data)
      return { url: `/uploads/${name}`, width: info.width, height: info.height }
    } finally {
      this.#leave()
    }
  }

  async #write(name: string, data: Uint8Array): Promise<void> {
    await mkdir(this.#dir, { recursive: true })
    const draft = join(this.#dir, `.${randomBytes(8).toString('hex')}.tmp`)
    await writeFile(draft, data, { flag: 'wx' })
    await rename(draft, join(this.#dir, name))
  }

  async #enter(): Promise<void> {
    if (this.#running < atOnce) {
      this.#running++
      return
    }
    if (this.#waiting.length >= mostWaiting)
      throw new RoomError('busy', 'Many images are being prepared; try again in a moment.', {
        retry: 'retry',
        data: { retryInMs: 2000 },
      })
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running--
  }
}

async function encode(bytes: Uint8Array, use: ImageUse) {
  const options = { limitInputPixels: pixelLimit, failOn: 'error', pages: 1 } as const
  try {
    const { width, height } = await sharp(bytes, options).metadata()
    if (width * height > pixelLimit) throw tooManyPixels()
    // autoOrient first: the orientation is in the EXIF data that is about to go.
    return await sharp(bytes, options)
      .autoOrient()
      .resize({ ...sizes[use], fit: 'cover', withoutEnlargement: use === 'cover' })
      .webp({ quality: 82 })
      .toBuffer({ resolveWithObject: true })
  } catch (cause) {
    if (cause instanceof RoomError) throw cause
    if (/pixel limit/i.test(String(cause))) throw tooManyPixels()
    throw new RoomError('upload.broken', 'The image cannot be read; save it anew and try again.', {
      retry: 'fix',
      cause,
    })
  }
}

function tooManyPixels(): RoomError {
  return new RoomError('upload.pixels', 'The image is too large; send at most 40 megapixels.', {
    retry: 'fix',
    data: { limit: pixelLimit },
  })
}
