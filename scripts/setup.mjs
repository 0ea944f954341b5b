/**
 * All set-up, then one script of the project: `node scripts/setup.mjs [--no-web] [script [argument…]]`.
 * Plain JavaScript without dependencies, because it runs before they are there and on Node 20.
 * Progress goes to stderr: stdout belongs to the script.
 */

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(new URL('..', import.meta.url)))
const oldestForSetup = [20, 0]
const oldestForPlaza = [22, 18]
/** What web/dist is made of, besides the dependencies. Only these parts of other folders reach a browser. */
const webSources = ['web', 'sdk', 'engine/wire', 'engine/kernel', 'package-lock.json']
const sharedSource = /\.(protocol|client)\.tsx?$/
const stamps = join(root, 'node_modules', '.plaza')

/** True when `version` (`v22.18.0` or `22.18.0`) is `[major, minor]` or newer. */
export function isAtLeast(version, [major, minor]) {
  const [a, b] = version.replace(/^v/, '').split('.').map(Number)
  return a > major || (a === major && b >= minor)
}

/**
 * True when everything that the lockfile names is installed in that very version. Packages for other
 * platforms may be missing, and development packages where `withoutDev`.
 */
export function isInstalled(lockfile, installed, withoutDev) {
  const have = installed.packages ?? {}
  return Object.entries(lockfile.packages ?? {}).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/')) return true
    const found = have[path]
    if (found !== undefined)
      return found.version === wanted.version && found.integrity === wanted.integrity
    return Boolean(wanted.optional || wanted.devOptional || (withoutDev && wanted.dev))
  })
}

/** One hash over the names and bytes of files; the order does not matter. */
export function hashFiles(base, files) {
  const hash = createHash('sha256')
  for (const file of [...files].sort()) {
    hash.update(`${relative(base, file).split(sep).join('/')}\0`)
    hash.update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

/** `argv`: `[--no-web] [script [argument…]]`. Ends the process as the script ends. */
export async function main(argv) {
  if (!isAtLeast(process.version, oldestForSetup)) {
    fail(
      `Node ${process.version} is too old: install Node ${oldestForSetup[0]} or newer (22 is best).`,
    )
  }
  process.chdir(root)
  const wantsWeb = argv[0] !== '--no-web'
  const [script, ...args] = wantsWeb ? argv : argv.slice(1)
  install()
  const node = findNode()
  if (wantsWeb) buildWeb(node)
  if (script !== undefined) await run(node, [script, ...args])
}

function install() {
  const withoutDev = process.env.NODE_ENV === 'production'
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))
  const lockfile = readJson(join(root, 'package-lock.json'))
  if (lockfile === undefined)
    fail('package-lock.json is missing or damaged: get it again with git.')
  if (installed !== undefined && isInstalled(lockfile, installed, withoutDev)) return
  const done = step('installing dependencies (npm ci); the first time takes a minute or two')
  const env = { ...process.env, PATH: pathOutsideModules() }
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const cli = process.env.npm_execpath ?? ''
  const result = cli.endsWith('npm-cli.js')
    ? spawnSync(process.env.npm_node_execpath ?? 'node', [cli, ...flags], {
        env,
        stdio: ['ignore', 2, 2],
      })
    : spawnSync('npm', flags, { env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (result.error)
    fail(`npm cannot be started (${result.error.message}): is it installed and on the PATH?`)
  if (result.status !== 0)
    fail(`npm ci failed; its messages are above. Fix that and run the same command again.`)
  done()
}

/** The PATH without node_modules/.bin, whose `node` npm ci removes while it runs. */
function pathOutsideModules() {
  const parts = (process.env.PATH ?? '').split(delimiter)
  return parts.filter((part) => !part.includes(`node_modules${sep}.bin`)).join(delimiter)
}

/** The node of the `node` package, else the one that runs this, if it is new enough. */
function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const packaged = join(root, 'node_modules', 'node', 'bin', name)
  if (existsSync(packaged)) {
    const version = spawnSync(packaged, ['--version'], { encoding: 'utf8' }).stdout ?? ''
    if (isAtLeast(version.trim(), oldestForPlaza)) return packaged
  }
  if (isAtLeast(process.version, oldestForPlaza)) return process.execPath
  return fail(
    `Plaza runs on Node ${oldestForPlaza.join('.')} or newer. This is ${process.version}, and the packaged one ` +
      'does not run here: install Node 22, or let npm run install scripts and delete node_modules.',
  )
}

/** Builds web/dist when its sources changed; the former build stays in place until the new one is whole. */
function buildWeb(node) {
  if (!existsSync(join(root, 'web', 'index.html'))) return
  const dist = join(root, 'web', 'dist')
  const stamp = join(stamps, 'web')
  const hash = hashFiles(root, webFiles())
  if (existsSync(join(dist, 'index.html')) && readText(stamp) === hash) return
  const done = step('building the web app')
  const fresh = join(stamps, `web-${process.pid}`)
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const build = [vite, 'build', 'web', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn']
  const result = spawnSync(node, build, { stdio: ['ignore', 2, 2] })
  if (result.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    fail('the web app does not build; the messages are above.')
  }
  rmSync(dist, { recursive: true, force: true })
  renameSync(fresh, dist)
  mkdirSync(stamps, { recursive: true })
  writeFileSync(stamp, hash)
  done()
}

function webFiles() {
  const own = webSources.flatMap((place) => filesUnder(join(root, place)))
  const shared = ['rooms', 'services'].flatMap((place) => filesUnder(join(root, place)))
  return [...own, ...shared.filter((file) => sharedSource.test(file))].filter(
    (file) => !/\.test\.tsx?$/.test(file),
  )
}

function filesUnder(place) {
  if (!existsSync(place)) return []
  if (!statSync(place).isDirectory()) return [place]
  return readdirSync(place)
    .filter((name) => name !== 'node_modules' && name !== 'dist')
    .flatMap((name) => filesUnder(join(place, name)))
}

/** Runs the script to its end, passes signals on, and ends as it ended. */
function run(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' })
  // A terminal sends Ctrl-C to the whole group: passed on as well, it would arrive twice.
  const passOn = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGTERM', 'SIGHUP', 'SIGINT']
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => passOn.includes(signal) && child.kill(signal))
  }
  // A signal to npm ends the shell between it and us, and reaches nobody further down.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 250).unref()
  }
  return new Promise((_, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
  })
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function step(what) {
  const from = Date.now()
  say(`${what} …`)
  return () => say(`… done in ${((Date.now() - from) / 1000).toFixed(1)} s`)
}

function say(line) {
  process.stderr.write(`plaza: ${line}\n`)
}

function fail(line) {
  say(line)
  process.exit(1)
}

if (
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  await main(process.argv.slice(2))
}
