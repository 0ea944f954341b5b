/** HLS through hls.js, for browsers or networks that FLV does not reach, and for replays. */
import Hls from 'hls.js/light'
import type { Source, SourceHandlers } from './source.ts'

export function openHls(
  video: HTMLVideoElement,
  url: string,
  live: boolean,
  handlers: SourceHandlers,
): Source {
  const hls = new Hls({
    lowLatencyMode: live,
    liveSyncDurationCount: 2,
    backBufferLength: 30,
    startPosition: live ? -1 : 0,
  })
  let recoveries = 0
  hls.on(Hls.Events.ERROR, (_name, failure) => {
    if (!failure.fatal) return
    if (failure.type === Hls.ErrorTypes.MEDIA_ERROR && recoveries++ < 2) hls.recoverMediaError()
    else handlers.onFailed()
  })
  const sized = () => handlers.onSize?.(video.videoWidth, video.videoHeight)
  video.addEventListener('resize', sized)
  hls.loadSource(url)
  hls.attachMedia(video)
  return {
    kind: 'hls',
    latency: () => (live && hls.latency > 0 ? hls.latency : undefined),
    stop() {
      video.removeEventListener('resize', sized)
      hls.destroy()
    },
  }
}
