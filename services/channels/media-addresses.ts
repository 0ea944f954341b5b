/** Where streamers publish and players fetch, by configuration or by the host that the client wrote. */

export interface MediaAddressOptions {
  readonly mediaUrl?: string | undefined
  readonly rtmpUrl?: string | undefined
  readonly mediaPort: number
  readonly rtmpPort: number
}

export class MediaAddresses {
  readonly #options: MediaAddressOptions

  constructor(options: MediaAddressOptions) {
    this.#options = options
  }

  /** `http://host:port` of the media node, for a client that reaches us at `origin`. */
  media(origin: string): string {
    const { mediaUrl, mediaPort } = this.#options
    return mediaUrl ?? `http://${new URL(origin).hostname}:${mediaPort}`
  }

  /** `rtmp://host/live`; the stream key comes after it. */
  rtmp(origin: string): string {
    const { rtmpUrl, rtmpPort } = this.#options
    const port = rtmpPort === 1935 ? '' : `:${rtmpPort}`
    return rtmpUrl ?? `rtmp://${new URL(origin).hostname}${port}/live`
  }
}
