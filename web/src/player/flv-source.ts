/** HTTP-FLV at low latency through mpegts.js. */
import mpegts from 'mpegts.js'
import type { Source, SourceHandlers } from './source.ts'

/** `sync.target` and `sync.most`: seconds behind the edge to aim at and to correct from. */
export function openFlv(
  video: HTMLVideoElement,
  url: string,
  sync: { target: number; most: number },
  handlers: SourceHandlers,
): Source {
  mpegts.LoggingControl.enableAll = false
  const player = mpegts.createPlayer(
    { type: 'flv', isLive: true, url, cors: true },
    {
      enableStashBuffer: false,
      lazyLoad: false,
      autoCleanupSourceBuffer: true,
      autoCleanupMaxBackwardDuration: 30,
      autoCleanupMinBackwardDuration: 10,
      liveSync: true,
      liveSyncTargetLatency: sync.target,
      liveSyncMaxLatency: sync.most,
      liveSyncPlaybackRate: 1.15,
    },
  )
  let stopped = false
  const failed = () => {
    if (!stopped) handlers.onFailed()
  }
  const sized = () => handlers.onSize?.(video.videoWidth, video.videoHeight)
  player.on(mpegts.Events.ERROR, failed)
  player.on(mpegts.Events.LOADING_COMPLETE, failed)
  video.addEventListener('resize', sized)
  player.attachMediaElement(video)
  player.load()
  return {
    kind: 'flv',
    latency() {
      const { buffered } = video
      if (buffered.length === 0) return undefined
      return Math.max(0, buffered.end(buffered.length - 1) - video.currentTime)
    },
    stop() {
      stopped = true
      video.removeEventListener('resize', sized)
      player.destroy()
    },
  }
}
