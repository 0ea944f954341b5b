/** Serves playlists and segments, from memory while a stream is live, from its folder afterwards. */

import { open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import type { Playlists } from '../packager/packager.ts'
import { hlsFile } from '../packager/playlist.ts'
import { notFound, starting } from './edge-errors.ts'

/** `playlists` is absent when the folder holds the closed ones. */
export interface HlsSource {
  readonly folder: string
  playlists?(): Promise<Playlists | undefined>
}

const maxWaitMs = 6000
const pollMs = 250
const gzipFromBytes = 4096
const cacheControl = {
  playlist: 'public, max-age=1',
  // A segment never changes under its name, and the name is only known to who may see it.
  segment: 'public, max-age=31536000, immutable',
} as const

const zipped = new WeakMap<Playlists, Map<string, Buffer>>()

/**
 * Answers one file of a stream. A name outside the fixed patterns does not reach the file system.
 * While a stream has no segment yet, a playlist is waited for up to 6 s.
 * @throws RoomError `playback.not_found`, `playback.starting`
 */
export async function serveHls(
  request: IncomingMessage,
  response: ServerResponse,
  source: HlsSource,
  name: string,
): Promise<void> {
  if (!hlsFile.test(name)) throw notFound()
  if (!name.endsWith('.m3u8')) return sendFile(request, response, source, name)
  if (!source.playlists) return sendFile(request, response, source, name)
  const playlists = await soon(() => source.playlists!(), response)
  sendPlaylist(request, response, playlists, name === 'index.m3u8' ? 'master' : 'media')
}

/** Undefined only when the client left meanwhile. */
async function soon(
  ask: () => Promise<Playlists | undefined>,
  response: ServerResponse,
): Promise<Playlists> {
  const until = performance.now() + maxWaitMs
  for (;;) {
    const playlists = await ask()
    if (playlists) return playlists
    if (performance.now() > until || response.destroyed) throw starting()
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

function sendPlaylist(
  request: IncomingMessage,
  response: ServerResponse,
  playlists: Playlists,
  which: keyof Playlists,
): void {
  const text = playlists[which]
  const zip = text.length >= gzipFromBytes && /\bgzip\b/.test(header(request, 'accept-encoding'))
  const body = zip ? gzipped(playlists, which) : Buffer.from(text)
  response.writeHead(200, {
    'content-type': 'application/vnd.apple.mpegurl',
    'content-length': body.length,
    'cache-control': cacheControl.playlist,
    vary: 'accept-encoding',
    ...(zip && { 'content-encoding': 'gzip' }),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Compressed once per change, whoever asks: an hours-long playlist is asked for every 2 s. */
function gzipped(playlists: Playlists, which: keyof Playlists): Buffer {
  const known = zipped.get(playlists) ?? new Map<string, Buffer>()
  zipped.set(playlists, known)
  const body = known.get(which) ?? gzipSync(playlists[which], { level: 5 })
  known.set(which, body)
  return body
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { folder }: HlsSource,
  name: string,
): Promise<void> {
  const file = await open(join(folder, name)).catch(() => {
    throw notFound()
  })
  try {
    const { size } = await file.stat()
    const isPlaylist = name.endsWith('.m3u8')
    response.writeHead(200, {
      'content-type': isPlaylist ? 'application/vnd.apple.mpegurl' : 'video/mp4',
      'content-length': size,
      'cache-control': isPlaylist ? cacheControl.playlist : cacheControl.segment,
    })
    if (request.method === 'HEAD') response.end()
    else await pipeline(file.createReadStream({ end: Math.max(size - 1, 0) }), response)
  } finally {
    await file.close()
  }
}

function header(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? '')
}
