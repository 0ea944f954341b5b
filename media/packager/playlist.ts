/** HLS playlists (RFC 8216): reads what ffmpeg writes per run, writes what players get. */

export interface Segment {
  readonly uri: string
  /** Play time in seconds, as the packager wrote it. */
  readonly seconds: number
}

/** What one ffmpeg process wrote: between two runs there is a discontinuity. */
export interface Run {
  /** Initialisation segment. */
  readonly init: string
  readonly segments: readonly Segment[]
  /** Wall-clock time of the first segment, as ISO 8601. */
  readonly startedAt?: string
}

export interface Variant {
  readonly bandwidth: number
  readonly codecs: readonly string[]
  readonly width?: number
  readonly height?: number
  readonly fps?: number
}

/** Names that may be served from a stream's folder; there is no other way to a file of it. */
export const hlsFile = /^(?:index\.m3u8|media\.m3u8|\d{1,4}-(?:init\.mp4|\d{1,7}\.m4s))$/

export function runFiles(run: number) {
  return {
    playlist: `${run}-run.m3u8`,
    init: `${run}-init.mp4`,
    segments: `${run}-%05d.m4s`,
  }
}

/** Undefined while there is no complete segment. Foreign file names are left out. */
export function parseRun(text: string): Run | undefined {
  let init: string | undefined
  let startedAt: string | undefined
  let seconds = NaN
  const segments: Segment[] = []
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#EXTINF:')) seconds = parseFloat(line.slice(8))
    else if (line.startsWith('#EXT-X-MAP:')) init = /URI="([^"]+)"/.exec(line)?.[1]
    else if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) startedAt ??= line.slice(25)
    else if (hlsFile.test(line) && seconds >= 0) {
      segments.push({ uri: line, seconds })
      seconds = NaN
    }
  }
  if (!init || !hlsFile.test(init) || segments.length === 0) return undefined
  return { init, segments, ...(startedAt !== undefined && { startedAt }) }
}

/**
 * An event playlist over all runs: it only grows, and with `ended` it is the replay. The date stands
 * once a run (players count on from there), which keeps a playlist of hours short.
 */
export function mediaPlaylist(runs: readonly Run[], ended: boolean): string {
  // Not as arguments of `max`: a stream of days has more segments than a call may have arguments.
  const target = runs
    .flatMap((run) => run.segments)
    .reduce((longest, { seconds }) => Math.max(longest, Math.round(seconds)), 1)
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:EVENT',
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ]
  runs.forEach((run, index) => {
    if (index > 0) lines.push('#EXT-X-DISCONTINUITY')
    lines.push(`#EXT-X-MAP:URI="${run.init}"`)
    if (run.startedAt) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${run.startedAt}`)
    for (const { uri, seconds } of run.segments) lines.push(`#EXTINF:${seconds.toFixed(6)},`, uri)
  })
  if (ended) lines.push('#EXT-X-ENDLIST')
  return lines.join('\n') + '\n'
}

/** One variant; `CODECS` is ours because ffmpeg leaves it out for copied tracks. */
export function masterPlaylist(variant: Variant): string {
  const { bandwidth, codecs, width, height, fps } = variant
  const attributes = [`BANDWIDTH=${Math.max(1, Math.round(bandwidth))}`]
  if (codecs.length > 0) attributes.push(`CODECS="${codecs.join(',')}"`)
  if (width !== undefined && height !== undefined) attributes.push(`RESOLUTION=${width}x${height}`)
  if (fps !== undefined) attributes.push(`FRAME-RATE=${fps.toFixed(3)}`)
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-STREAM-INF:${attributes.join(',')}`,
    'media.m3u8',
    '',
  ].join('\n')
}

export function totalSeconds(runs: readonly Run[]): number {
  return runs.flatMap((run) => run.segments).reduce((sum, { seconds }) => sum + seconds, 0)
}
