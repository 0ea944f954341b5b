/** Rules of playlists. */

import { test } from 'node:test'
import assert from 'node:assert/strict'
import {
  hlsFile,
  masterPlaylist,
  mediaPlaylist,
  parseRun,
  totalSeconds,
  type Run,
} from './playlist.ts'

const written = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="0-init.mp4"
#EXTINF:2.000000,
#EXT-X-PROGRAM-DATE-TIME:2026-11-22T11:34:58.522+0000
0-00000.m4s
#EXTINF:1.500000,
#EXT-X-PROGRAM-DATE-TIME:2026-11-22T11:35:00.522+0000
0-00001.m4s
#EXTINF:9.9,
/etc/passwd
#EXTINF:9.9,
https://elsewhere/0-00002.m4s
#EXT-X-ENDLIST
`

const first: Run = {
  init: '0-init.mp4',
  startedAt: '2026-11-22T11:34:58.522+0000',
  segments: [
    { uri: '0-00000.m4s', seconds: 2 },
    { uri: '0-00001.m4s', seconds: 1.5 },
  ],
}
const second: Run = { init: '1-init.mp4', segments: [{ uri: '1-00000.m4s', seconds: 3.4 }] }

test('[MD18] a run is read from what ffmpeg wrote; names that are not its own are left out', () => {
  assert.deepEqual(parseRun(written), first)
  assert.equal(parseRun('#EXTM3U\n#EXT-X-MAP:URI="0-init.mp4"\n'), undefined)
  assert.equal(parseRun(written.replace('0-init.mp4', '../0-init.mp4')), undefined)
  assert.equal(parseRun(''), undefined)
})

test('[MD19] the event playlist joins runs with a discontinuity, only grows, and is closed at the end', () => {
  const live = mediaPlaylist([first, second], false)
  assert.equal(live.match(/#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="1-init\.mp4"/g)?.length, 1)
  assert.match(live, /#EXT-X-PLAYLIST-TYPE:EVENT/)
  assert.match(live, /#EXT-X-TARGETDURATION:3\n/)
  assert.ok(!live.includes('ENDLIST'))
  const earlier = mediaPlaylist([first], false).split('\n').slice(7, -1)
  assert.ok(live.includes(earlier.join('\n')))
  assert.equal(mediaPlaylist([first, second], true), live + '#EXT-X-ENDLIST\n')
  assert.equal(totalSeconds([first, second]), 6.9)
})

test('[MD75] a stream of ten days has a playlist', () => {
  const segments = Array.from({ length: 432_000 }, (_, n) => ({ uri: `0-${n}.m4s`, seconds: 2 }))
  const playlist = mediaPlaylist([{ init: '0-init.mp4', segments }], false)
  assert.match(playlist.slice(0, 200), /#EXT-X-TARGETDURATION:2\n/)
  assert.ok(playlist.endsWith('0-431999.m4s\n'))
})

test('[MD19] the master playlist names one variant with its codecs', () => {
  const text = masterPlaylist({
    bandwidth: 1234.4,
    codecs: ['avc1.64001f', 'mp4a.40.2'],
    width: 1280,
    height: 720,
  })
  assert.match(
    text,
    /BANDWIDTH=1234,CODECS="avc1\.64001f,mp4a\.40\.2",RESOLUTION=1280x720\nmedia\.m3u8\n$/,
  )
})

test('[MD18] only files that players need have a name that is served', () => {
  for (const name of ['index.m3u8', 'media.m3u8', '0-init.mp4', '12-00034.m4s'])
    assert.ok(hlsFile.test(name))
  for (const name of [
    '0-run.m3u8',
    'node-id',
    'x/index.m3u8',
    '../index.m3u8',
    '0-init.mp4.tmp',
    '',
    'index.m3u8\n',
  ]) {
    assert.ok(!hlsFile.test(name), name)
  }
})
