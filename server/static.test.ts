import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { staticFiles } from './static.ts'

const folder = mkdtempSync(join(tmpdir(), 'plaza-static-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const root = join(folder, 'web')
mkdirSync(join(root, 'assets'), { recursive: true })
const script = `console.log("${'plaza '.repeat(500)}")`
writeFileSync(join(root, 'index.html'), '<!doctype html>')
writeFileSync(join(root, 'assets/app-1a2b.js'), script)
writeFileSync(join(root, 'clip.mp4'), '0123456789')
writeFileSync(join(root, '.secret'), 'hidden')
writeFileSync(join(folder, 'outside.txt'), 'outside')
symlinkSync(join(folder, 'outside.txt'), join(root, 'link.txt'))
const files = staticFiles({ root, immutable: /^assets\// })
const get = (path: string, headers: Record<string, string> = {}) =>
  files(new Request('http://x/', { headers }), path)

test('[HT10] files have a type, a validator, and assets are kept for good', async () => {
  const page = await get('/index.html')
  assert.equal(page?.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.equal(page?.headers.get('cache-control'), 'no-cache')
  const asset = await get('/assets/app-1a2b.js')
  assert.equal(asset?.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  const again = await get('/index.html', { 'if-none-match': page!.headers.get('etag')! })
  assert.equal(again?.status, 304)
  assert.equal(await again?.text(), '')
  const weak = await get('/index.html', { 'if-none-match': `"x", W/${page!.headers.get('etag')}` })
  assert.equal(weak?.status, 304)
})

test('[HT10] text is compressed as the client likes it, under another validator', async () => {
  const br = await get('/assets/app-1a2b.js', { 'accept-encoding': 'gzip, deflate, br' })
  assert.equal(br?.headers.get('content-encoding'), 'br')
  assert.equal(brotliDecompressSync(await br!.bytes()).toString(), script)
  const gz = await get('/assets/app-1a2b.js', { 'accept-encoding': 'gzip;q=0.5, br;q=0' })
  assert.equal(gz?.headers.get('content-encoding'), 'gzip')
  assert.equal(gunzipSync(await gz!.bytes()).toString(), script)
  const plain = await get('/assets/app-1a2b.js')
  assert.equal(plain?.headers.get('content-encoding'), null)
  const tags = new Set([br, gz, plain].map((r) => r?.headers.get('etag')))
  assert.equal(tags.size, 3)
  const video = await get('/clip.mp4', { 'accept-encoding': 'br' })
  assert.equal(video?.headers.get('content-encoding'), null)
})

test('[HT10] one range is served, an impossible one refused, a strange one ignored', async () => {
  const part = async (range: string, more: Record<string, string> = {}) => {
    const response = await get('/clip.mp4', { range, ...more })
    return [response!.status, await response!.text(), response!.headers.get('content-range')]
  }
  assert.deepEqual(await part('bytes=2-4'), [206, '234', 'bytes 2-4/10'])
  assert.deepEqual(await part('bytes=7-'), [206, '789', 'bytes 7-9/10'])
  assert.deepEqual(await part('bytes=-3'), [206, '789', 'bytes 7-9/10'])
  assert.deepEqual(await part('bytes=0-99'), [206, '0123456789', 'bytes 0-9/10'])
  assert.deepEqual(await part('bytes=10-'), [416, '', 'bytes */10'])
  assert.deepEqual(await part('bytes=-0'), [416, '', 'bytes */10'])
  for (const strange of [
    'bytes=-',
    'bytes=4-2',
    'bytes=0-1,3-4',
    'lines=1-2',
    'bytes=a-b',
    'bytes=0x1-2',
  ])
    assert.equal((await part(strange))[0], 200, strange)
  const etag = (await get('/clip.mp4'))!.headers.get('etag')!
  assert.equal((await part('bytes=0-1', { 'if-range': etag }))[0], 206)
  assert.equal((await part('bytes=0-1', { 'if-range': '"old"' }))[0], 200)
})

test('[HT11] nothing outside the folder, no hidden file, no link out, no folder is served', async () => {
  const ways = [
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/../../outside.txt',
  ]
  const more = [
    '/..\\outside.txt',
    '/%5c..%5coutside.txt',
    '/link.txt',
    '/.secret',
    '/assets/.%2e/.secret',
  ]
  const odd = [
    '/index.html%00.js',
    '/%',
    '/%E0%A4',
    '/assets',
    '/assets/',
    '/',
    '//etc/passwd',
    `/${'a'.repeat(5000)}`,
  ]
  for (const path of [...ways, ...more, ...odd, '/nothing.js', '/index.html/x'])
    assert.equal(await get(path), undefined, path)
})

test('[HT10] a file that grows past the limit of memory is streamed', async () => {
  const size = 5 * 1024 * 1024
  writeFileSync(join(root, 'big.mp4'), Buffer.alloc(size, 1))
  const big = await get('/big.mp4')
  assert.equal(big?.headers.get('content-length'), String(size))
  assert.equal((await big!.bytes()).byteLength, size)
})

test('[HT16] a question for the head of a file opens no stream', async () => {
  const head = await files(new Request('http://x/', { method: 'HEAD' }), '/big.mp4')
  assert.deepEqual(
    [head?.body, head?.headers.get('content-length')],
    [null, String(5 * 1024 * 1024)],
  )
})
