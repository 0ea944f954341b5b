import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { root } from './source-tree.ts'

/** A project of nothing but the set-up script, a stand-in for the bundler, and a web folder. */
async function project(t: TestContext, files: Record<string, string> = {}): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'plaza-setup-'))
  t.after(() => rm(place, { recursive: true, force: true }))
  const bundler = [
    `const { mkdirSync, writeFileSync } = require('node:fs')`,
    `if (process.env.BREAK_BUILD) { console.error('broken on purpose'); process.exit(1) }`,
    `const out = process.argv[process.argv.indexOf('--outDir') + 1]`,
    `mkdirSync(out, { recursive: true })`,
    `writeFileSync(out + '/index.html', 'built ' + Date.now() + process.pid)`,
  ].join('\n')
  const all: Record<string, string> = {
    'package.json': JSON.stringify({
      name: 'p',
      version: '1.0.0',
      dependencies: { vite: 'file:./vite' },
    }),
    'package-lock.json': JSON.stringify({
      name: 'p',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'p', version: '1.0.0', dependencies: { vite: 'file:./vite' } },
        'node_modules/vite': { resolved: 'vite', link: true },
        vite: { version: '1.0.0' },
      },
    }),
    'vite/package.json': JSON.stringify({ name: 'vite', version: '1.0.0' }),
    'vite/bin/vite.js': bundler,
    'web/index.html': '<p>one</p>',
    'print.mjs': 'console.log(JSON.stringify([process.version, process.argv.slice(2)]))',
    'fail.mjs': 'process.exit(7)',
    'wait.mjs': `process.on('SIGTERM', () => { console.log('told'); process.exit(3) })
      setInterval(() => {}, 1000); console.log('waiting')`,
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    await mkdir(join(place, path, '..'), { recursive: true })
    await writeFile(join(place, path), text)
  }
  await mkdir(join(place, 'scripts'), { recursive: true })
  await cp(join(root, 'scripts', 'setup.mjs'), join(place, 'scripts', 'setup.mjs'))
  return place
}

function setUp(place: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const result = spawnSync(process.execPath, [join(place, 'scripts', 'setup.mjs'), ...args], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { code: result.status, out: result.stdout, err: result.stderr }
}

test('[HO8] set-up installs and builds when needed, only then, and keeps stdout for the script', async (t) => {
  const place = await project(t)
  const page = () => readFile(join(place, 'web', 'dist', 'index.html'), 'utf8')

  const first = setUp(place, ['print.mjs', '--json', 'a b'])
  assert.equal(first.code, 0, first.err)
  assert.deepEqual(JSON.parse(first.out), [process.version, ['--json', 'a b']])
  assert.match(first.err, /installing dependencies/)
  assert.match(first.err, /building the web app/)
  const built = await page()

  const second = setUp(place, ['print.mjs'])
  assert.equal(second.err, '', 'nothing to do')
  assert.equal(await page(), built)

  await writeFile(join(place, 'web', 'index.html'), '<p>two</p>')
  assert.equal(setUp(place, ['--no-web', 'print.mjs']).err, '')
  assert.equal(await page(), built)
  assert.match(setUp(place, ['print.mjs']).err, /building the web app/)
  assert.notEqual(await page(), built)
})

test('[HO8] a changed lockfile is installed again', async (t) => {
  const place = await project(t)
  assert.equal(setUp(place, ['--no-web']).code, 0)
  await rm(join(place, 'node_modules', 'vite'))
  const hidden = join(place, 'node_modules', '.package-lock.json')
  await writeFile(hidden, JSON.stringify({ packages: {} }))
  assert.match(setUp(place, ['--no-web']).err, /installing dependencies/)
  assert.ok(await stat(join(place, 'node_modules', 'vite', 'bin', 'vite.js')))
})

test('[HO8] a web app that does not build leaves the former build in place and says so', async (t) => {
  const place = await project(t)
  assert.equal(setUp(place, []).code, 0)
  const before = await readFile(join(place, 'web', 'dist', 'index.html'), 'utf8')
  await writeFile(join(place, 'web', 'index.html'), '<p>three</p>')
  const broken = setUp(place, ['print.mjs'], { BREAK_BUILD: '1' })
  assert.equal(broken.code, 1)
  assert.equal(broken.out, '', 'the script did not run')
  assert.match(broken.err, /broken on purpose[\s\S]*does not build/)
  assert.equal(await readFile(join(place, 'web', 'dist', 'index.html'), 'utf8'), before)
})

test('[HO8] a failing install stops with its reason', async (t) => {
  const place = await project(t, {
    'package-lock.json': '{"lockfileVersion": 3, "packages": {"": {}}}',
  })
  const result = setUp(place, ['print.mjs'])
  assert.equal(result.code, 1)
  assert.match(result.err, /npm ci failed/)
  const damaged = await project(t, { 'package-lock.json': '{' })
  assert.match(setUp(damaged, ['print.mjs']).err, /package-lock\.json is missing or damaged/)
})

test('[HO8] the exit code of the script and the signals to it pass through', async (t) => {
  const place = await project(t)
  assert.equal(setUp(place, ['fail.mjs']).code, 7)

  const child = spawn(process.execPath, [join(place, 'scripts', 'setup.mjs'), 'wait.mjs'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  while (!said.includes('waiting')) await once(child.stdout, 'data')
  child.kill('SIGTERM')
  const [code] = await once(child, 'close')
  assert.equal(code, 3)
  assert.match(said, /told/)
})

test('[HO8] a signal to npm reaches the script', async (t) => {
  const place = await project(t)
  const start = 'node scripts/setup.mjs --no-web wait.mjs'
  const json = JSON.parse(await readFile(join(place, 'package.json'), 'utf8')) as object
  await writeFile(join(place, 'package.json'), JSON.stringify({ ...json, scripts: { start } }))
  assert.equal(setUp(place, ['--no-web']).code, 0)

  const child = spawn('npm', ['start'], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  while (!said.includes('waiting')) await once(child.stdout, 'data')
  child.kill('SIGTERM')
  await once(child, 'close')
  assert.match(said, /told/)
})
