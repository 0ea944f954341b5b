/** Uploaded images. */

/** What an image is for, which decides its size: 320×320, or 1280×720 at most. */
export type ImageUse = 'avatar' | 'cover'

export interface UploadedImage {
  /** Path on this server; its content never changes. */
  readonly url: string
  readonly width: number
  readonly height: number
}
