/** Streamers send pictures with ffmpeg, viewers pull them over HTTP-FLV. */

import { FlvPuller } from '../harness/flv-puller.ts'
import type { Scenario, Stage } from './scenario.ts'

export const rtmpIngest: Scenario = {
  name: 'rtmp-ingest',
  about: 'real ffmpeg streams into the media node, and viewers who pull them over HTTP-FLV',
  defaults: {
    viewers: 50,
    rooms: 2,
    rates: { danmaku: 5, gifts: 1, likes: 2 },
    ramp: 5,
    duration: 30,
    senders: 4,
    witnesses: 1,
    thresholds: ['flv.first.p99<3s', 'flv.stalls<1'],
  },
  main: 'joins',
  spread: 'even',
  pictureKbps: 600,
  play: pull,
}

async function pull(stage: Stage): Promise<void> {
  const { plan, rooms, figures, over } = stage
  const pullers: FlvPuller[] = []
  for (const [index, { host, id, viewers }] of rooms.entries()) {
    const { flv } = await host.playback(id)
    if (flv === undefined) throw new Error(`room ${id} has no HTTP-FLV address`)
    for (let viewer = 0; viewer < viewers; viewer += 1) {
      pullers.push(new FlvPuller(flv, figures, plan.ramp * (viewer / viewers) + index / 100))
    }
  }
  for (const puller of pullers) void puller.start()
  if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve))
  for (const puller of pullers) puller.stop()
  const faults = pullers.flatMap((puller) => puller.faults)
  const silent = pullers.filter(({ tags }) => tags === 0).length
  stage.check({
    text: 'every puller gets a picture whose times never run backwards',
    value: `${pullers.length} pullers, ${silent} without a picture, ${faults.length} faults${faults[0] ? `: ${faults[0]}` : ''}`,
    met: silent === 0 && faults.length === 0,
  })
}
