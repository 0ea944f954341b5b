/** The server in one file: a node that is killed a thousand times must start in a second, not in three. */

import { copyFile, mkdir, mkdtemp } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** They bring programs or threads of their own. */
const external = [
  '@electric-sql/pglite',
  '@ffmpeg-installer/ffmpeg',
  '@node-rs/argon2',
  'node-media-server',
  'pino',
  'sharp',
  'uWebSockets.js',
]

let made: Promise<string> | undefined

/** The same sources as `server/main.ts`, bundled once for this process. Resolves with the file to run. */
export function serverProgram(): Promise<string> {
  return (made ??= bundle())
}

async function bundle(): Promise<string> {
  await mkdir(join(root, 'data'), { recursive: true })
  const folder = await mkdtemp(join(root, 'data', 'chaos-server-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const outDir = join(folder, 'server')
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external },
    build: {
      ssr: 'server/main.ts',
      outDir,
      target: 'node22',
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  })
  await copyFile(join(root, 'package.json'), join(folder, 'package.json')) // it says its version
  return join(outDir, 'main.mjs')
}
