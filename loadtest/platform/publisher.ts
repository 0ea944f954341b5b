/** Puts a room on the air with a picture that costs next to nothing. */

import { startTestStream, type TestStream } from '../../media/testing/test-stream.ts'

/** Publishes until it is stopped. `url` holds the key. */
export function publishSmall(url: string): Promise<TestStream> {
  return startTestStream({
    url,
    width: 160,
    height: 90,
    fps: 2,
    keyframeSeconds: 2,
    videoKbps: 40,
  })
}

/** Publishes a picture as streamers send it: 640x360, 25 frames a second, `kbps` kilobits a second. */
export function publishPicture(url: string, kbps: number): Promise<TestStream> {
  return startTestStream({ url, videoKbps: kbps, label: 'load' })
}
