/** Serves the files of a folder: validators, ranges, compression, and nothing outside the folder. */

import { createReadStream } from 'node:fs'
import { open, realpath, type FileHandle } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

export interface StaticOptions {
  readonly root: string
  /** Paths (from the root, without a slash in front) whose content never changes under their name. */
  readonly immutable?: RegExp
  /** Headers of every answer. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The answer for a path such as `/assets/app.js`; undefined when there is no such file. */
export type StaticFiles = (
  request: Request,
  path: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<Response | undefined>

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
}
const compressible = /^(text\/|application\/(json|manifest)|image\/svg)/
/** Files from here on are streamed and not compressed. */
const largeFile = 4 * 1024 * 1024
const compressedCache = 64 * 1024 * 1024

export function staticFiles(options: StaticOptions): StaticFiles {
  const compressed = new CompressedFiles()
  return async (request, path, headers = {}) => {
    const file = await find(options.root, path)
    if (!file) return undefined
    try {
      const name = path.slice(1)
      const cache = options.immutable?.test(name)
        ? 'public, max-age=31536000, immutable'
        : 'no-cache'
      const all = { 'cache-control': cache, ...options.headers, ...headers }
      return await respond(request, file, all, compressed)
    } finally {
      await file.handle.close()
    }
  }
}

interface Found {
  readonly handle: FileHandle
  readonly path: string
  readonly size: number
  readonly version: string
}

async function find(root: string, path: string): Promise<Found | undefined> {
  let name: string
  try {
    name = decodeURIComponent(path)
  } catch {
    return undefined
  }
  const parts = name.split('/')
  if (/[\0\\]/.test(name) || parts.some((p) => p.startsWith('.'))) return undefined
  try {
    const base = await realpath(root)
    // A link inside the folder may not lead out of it either.
    const real = await realpath(join(base, name))
    if (!real.startsWith(base + sep)) return undefined
    const handle = await open(real, 'r')
    const stat = await handle.stat()
    if (stat.isFile()) {
      const version = `${stat.size.toString(36)}-${Math.trunc(stat.mtimeMs).toString(36)}`
      return { handle, path: real, size: stat.size, version }
    }
    await handle.close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') throw error
  }
  return undefined
}

async function respond(
  request: Request,
  file: Found,
  extra: Readonly<Record<string, string>>,
  compressed: CompressedFiles,
): Promise<Response> {
  const type = types[extname(file.path).toLowerCase()] ?? 'application/octet-stream'
  const encoding = file.size < largeFile ? encodingFor(request, type) : undefined
  const etag = `"${file.version}${encoding === undefined ? '' : `-${encoding}`}"`
  const headers: Record<string, string> = { ...extra, etag, 'content-type': type }
  if (compressible.test(type)) headers['vary'] = 'accept-encoding'
  if (matches(request.headers.get('if-none-match'), etag))
    return new Response(null, { status: 304, headers })
  if (encoding !== undefined) {
    const bytes = await compressed.of(file, encoding)
    return new Response(bytes, { headers: { ...headers, 'content-encoding': encoding } })
  }
  headers['accept-ranges'] = 'bytes'
  const range = readRange(request.headers, etag, file.size)
  if (range === 'outside')
    return new Response(null, {
      status: 416,
      headers: { ...headers, 'content-range': `bytes */${file.size}` },
    })
  const { start, end } = range ?? { start: 0, end: file.size - 1 }
  headers['content-length'] = String(end - start + 1)
  if (range) headers['content-range'] = `bytes ${start}-${end}/${file.size}`
  const body = request.method === 'HEAD' ? null : await content(file, start, end)
  return new Response(body, { status: range ? 206 : 200, headers })
}

async function content(file: Found, start: number, end: number): Promise<BodyInit> {
  const length = end - start + 1
  if (length > largeFile)
    return Readable.toWeb(createReadStream(file.path, { start, end })) as ReadableStream
  const bytes = new Uint8Array(length)
  const { bytesRead } = await file.handle.read(bytes, 0, length, start)
  return bytes.subarray(0, bytesRead)
}

/** One range is served; several or a malformed one are as if none was asked for (RFC 9110 §14.2). */
function readRange(
  headers: Headers,
  etag: string,
  size: number,
): { start: number; end: number } | 'outside' | undefined {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(headers.get('range') ?? '')
  const onlyIf = headers.get('if-range')
  if (!asked || (asked[1] === '' && asked[2] === '') || (onlyIf !== null && onlyIf !== etag))
    return undefined
  const suffix = asked[1] === ''
  const start = suffix ? Math.max(0, size - Number(asked[2])) : Number(asked[1])
  const end = suffix || asked[2] === '' ? size - 1 : Math.min(Number(asked[2]), size - 1)
  if (start >= size || (suffix && Number(asked[2]) === 0)) return 'outside'
  return start > end ? undefined : { start, end }
}

function matches(header: string | null, etag: string): boolean {
  if (header === null) return false
  return header.split(',').some((t) => t.trim() === '*' || t.trim().replace(/^W\//, '') === etag)
}

type Encoding = 'br' | 'gzip'

function encodingFor(request: Request, type: string): Encoding | undefined {
  if (!compressible.test(type) || request.headers.has('range')) return undefined
  const accepted = request.headers.get('accept-encoding') ?? ''
  return (['br', 'gzip'] as const).find((e) =>
    new RegExp(`\\b${e}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted),
  )
}

/** Compressed files, the most recently used ones kept. */
class CompressedFiles {
  readonly #kept = new Map<string, Uint8Array<ArrayBuffer>>()
  #size = 0

  async of(file: Found, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
    const key = `${encoding} ${file.version} ${file.path}`
    const bytes = this.#kept.get(key) ?? (await compress(await file.handle.readFile(), encoding))
    if (!this.#kept.delete(key)) this.#size += bytes.byteLength
    this.#kept.set(key, bytes)
    for (const [oldest, old] of this.#kept) {
      if (this.#size <= compressedCache) break
      this.#kept.delete(oldest)
      this.#size -= old.byteLength
    }
    return bytes
  }
}

async function compress(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === 'gzip') return new Uint8Array(await promisify(gzip)(bytes))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 6 }
  return new Uint8Array(await promisify(brotliCompress)(bytes, { params }))
}
