/** Brings a live stream or a replay into a video element: HTTP-FLV where the browser can, else HLS. */

export interface SourceUrls {
  readonly flv?: string | undefined
  readonly hls?: string | undefined
}

export type SourceKind = 'flv' | 'hls' | 'native' | 'simulated'

export interface Source {
  readonly kind: SourceKind
  /** Seconds behind the newest data that arrived; undefined for replays and before the first data. */
  latency(): number | undefined
  stop(): void
}

export interface SourceHandlers {
  /** The stream broke off or cannot be played; the source is dead. */
  onFailed(): void
  /** Size of the picture. */
  onSize?(width: number, height: number): void
}

/** Raises the distance to the live edge after stalls: 0 is the lowest. */
export type Patience = 0 | 1 | 2

const SYNC: Record<Patience, { target: number; most: number }> = {
  0: { target: 0.5, most: 1 },
  1: { target: 1.2, most: 2.2 },
  2: { target: 2.5, most: 4 },
}

/** Whether FLV can be played here: needs Media Source Extensions for H.264. */
export function canPlayFlv(): boolean {
  const sources = (globalThis as { MediaSource?: typeof MediaSource }).MediaSource
  return sources?.isTypeSupported('video/mp4; codecs="avc1.42E01E,mp4a.40.2"') ?? false
}

/**
 * Loads the player library that is needed and starts it. Rejects when nothing fits, and when `signal`
 * was aborted meanwhile: then the element was not touched.
 * @param live false for a replay, which starts at its beginning
 */
export async function openSource(
  video: HTMLVideoElement,
  urls: SourceUrls,
  options: { live: boolean; signal: AbortSignal; patience?: Patience; prefer?: 'hls' },
  handlers: SourceHandlers,
): Promise<Source> {
  if (import.meta.env.DEV || import.meta.env.MODE === 'fake') {
    if (urls.flv?.startsWith('simulated:') || urls.hls?.startsWith('simulated:')) {
      const { openSimulated } = await import('../../dev/simulated-source.ts')
      options.signal.throwIfAborted()
      return openSimulated(video, (urls.flv ?? urls.hls)!, handlers)
    }
  }
  if (urls.flv && options.live && options.prefer !== 'hls' && canPlayFlv()) {
    const { openFlv } = await import('./flv-source.ts')
    options.signal.throwIfAborted()
    return openFlv(video, urls.flv, SYNC[options.patience ?? 0], handlers)
  }
  if (!urls.hls) throw new Error('This browser needs HLS and the stream has none.')
  if (!('MediaSource' in globalThis || 'ManagedMediaSource' in globalThis)) {
    return openNative(video, urls.hls, handlers)
  }
  const { openHls } = await import('./hls-source.ts')
  options.signal.throwIfAborted()
  return openHls(video, urls.hls, options.live, handlers)
}

function openNative(video: HTMLVideoElement, url: string, handlers: SourceHandlers): Source {
  const failed = () => handlers.onFailed()
  const sized = () => handlers.onSize?.(video.videoWidth, video.videoHeight)
  video.addEventListener('error', failed)
  video.addEventListener('resize', sized)
  video.src = url
  return {
    kind: 'native',
    latency: () => undefined,
    stop() {
      video.removeEventListener('error', failed)
      video.removeEventListener('resize', sized)
      video.removeAttribute('src')
      video.load()
    },
  }
}
