/** `npm run demo`: a server with people, moving pictures and bots that chat and give, until Ctrl-C. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runBots } from '../loadtest/bots/run-bots.ts'
import { findFfmpeg } from '../media/packager/ffmpeg.ts'
import { ConfigError, readConfig } from '../server/config.ts'
import { startServer, type RunningServer } from '../server/start-server.ts'
import { demoPassword, enter, fillWallet, prepareStage, type Stage } from './demo/cast.ts'
import { startScene } from './demo/scene.ts'
import { shows } from './demo/shows.ts'

const viewer = { name: 'mira', displayName: 'Mira', coins: 20_000 }

/** What must end before the process does, newest first. */
const endings: (() => Promise<unknown>)[] = []
let ending: Promise<void> | undefined

async function main(): Promise<void> {
  const dataDir = process.env.PLAZA_DATA_DIR ?? 'data/demo'
  // Everybody in the demo comes from one address, which the limits on strangers would stop.
  const config = readConfig({
    PLAZA_LOG_LEVEL: 'error',
    ...process.env,
    PLAZA_DATA_DIR: dataDir,
    PLAZA_RATE_LIMITS: 'off',
  })
  mkdirSync(dataDir, { recursive: true })
  const server = await startServer(config, { progress: say })
  endings.push(() => server.stop())
  const password = demoPassword(dataDir)
  const endpoint = `http://127.0.0.1:${server.port}`

  say('opening the live rooms …')
  const stages: Stage[] = []
  for (const [i, show] of shows.entries()) {
    stages.push(await prepareStage(endpoint, show, i + 1, password))
  }
  const mira = await enter(endpoint, { ...viewer, password })
  await fillWallet(mira, viewer.coins)
  for (const { client } of [...stages, { client: mira }]) client.close()

  say('starting the test streams …')
  for (const [i, stage] of stages.entries()) await stream(stage, i + 1, dataDir)
  say('the audience comes in …')
  for (const stage of stages) await seat(endpoint, stage, password)
  say(greeting(server, password))
}

/** Streams for as long as the demo runs. */
async function stream({ show, publishUrl }: Stage, seed: number, dataDir: string): Promise<void> {
  const scene = await startScene({
    ...show,
    seed,
    ffmpeg: (await findFfmpeg()).path,
    publishUrl: publishUrl.replace('//localhost', '//127.0.0.1'),
    file: join(dataDir, `scene-${show.name}.png`),
  })
  endings.push(() => scene.stop())
  void scene.ended.then((errors) => {
    if (ending === undefined) say(`the stream of ${show.name} ended: ${errors}`)
  })
}

/** The crowd that chats and gives in one room. */
async function seat(endpoint: string, { show, live }: Stage, password: string): Promise<void> {
  const crew = await runBots({ endpoint, room: live, password, ...show.crowd })
  endings.push(() => crew.stop())
}

function greeting(server: RunningServer, password: string): string {
  const [host] = shows
  return [
    '',
    `The demo is ready: ${server.url}`,
    `  watch as    ${viewer.name}, who has ${viewer.coins.toLocaleString('en')} coins`,
    `  stream as   ${host?.name}, or any of ${shows.map(({ name }) => name).join(', ')}`,
    `  password    ${password}`,
    `  API         ${server.url}/docs`,
    ...(server.adminUrl ? [`  first admin ${server.adminUrl}`] : []),
    'Ctrl-C ends it.',
  ].join('\n')
}

function end(code: number): Promise<void> {
  ending ??= (async () => {
    say('The demo stops …')
    // Streams end before the server that takes them.
    for (const stop of endings.toReversed())
      await stop().catch((error: unknown) => say(String(error)))
    process.exit(code)
  })()
  return ending
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))
try {
  await main()
} catch (error) {
  say(error instanceof ConfigError ? error.message : String((error as Error).stack))
  await end(1)
}
