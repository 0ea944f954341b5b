/** How much a viewer loads before the first picture. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const web = join(import.meta.dirname, '..')
const budget = 250 * 1024

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
}

test('[WB37] [WB38] the first load of a viewer is at most 250 KiB, and nothing simulated is in a release', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'plaza-size-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  await build({
    root: web,
    configFile: join(web, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, manifest: true },
  })
  const manifest: Record<string, Chunk> = JSON.parse(
    await readFile(join(folder, '.vite/manifest.json'), 'utf8'),
  )
  const entry = Object.keys(manifest).find((key) => manifest[key]!.isEntry)!
  for (const page of ['src/home/home-page.tsx', 'src/room/room-page.tsx']) {
    const bytes = await sizeOf([entry, page, 'src/i18n/zh.ts'])
    context.diagnostic(`${page}: ${(bytes / 1024).toFixed(1)} KiB gz`)
    assert.ok(bytes <= budget, `${page}: ${bytes} bytes gz`)
  }
  for (const { file } of Object.values(manifest)) {
    if (!file.endsWith('.js')) continue
    assert.doesNotMatch(await readFile(join(folder, file), 'utf8'), /plaza\.fake|simulated:/)
  }

  async function sizeOf(keys: readonly string[]): Promise<number> {
    const files = new Set<string>()
    const seen = new Set<string>()
    const walk = (key: string): void => {
      if (seen.has(key)) return
      seen.add(key)
      const chunk = manifest[key]!
      files.add(chunk.file)
      for (const file of chunk.css ?? []) files.add(file)
      for (const other of chunk.imports ?? []) walk(other)
    }
    for (const key of keys) walk(key)
    const sizes = await Promise.all(
      [...files].map(async (file) => gzipSync(await readFile(join(folder, file))).length),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }
})
