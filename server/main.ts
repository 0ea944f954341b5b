/** `npm start`: reads the configuration, starts the node, says where it is, and stops it on a signal. */

import { RoomError } from '../engine/kernel/room-error.ts'
import { configHelp } from './config-help.ts'
import { ConfigError, readConfig, type Config } from './config.ts'
import { startServer, type RunningServer } from './start-server.ts'

/** A stop that takes longer is cut off; what is not stored by then is in the journal. */
const stopMs = 30_000

if (process.argv.includes('--help')) {
  process.stdout.write(`Plaza. Settings are environment variables:\n\n${configHelp()}\n`)
} else {
  await main()
}

async function main(): Promise<void> {
  try {
    const config = readConfig()
    const server: RunningServer = await startServer(config, {
      progress: say,
      onFatal: ({ message }) => {
        process.stderr.write(`${message}\n`)
        void end(server, 1)
      },
    })
    say(greeting(config, server))
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void end(server))
  } catch (error) {
    const known = error instanceof ConfigError || error instanceof RoomError
    process.stderr.write(`${known ? error.message : (error as Error).stack}\n`)
    process.exit(1)
  }
}

function greeting(config: Config, server: RunningServer): string {
  return [
    `Plaza is ready: ${server.url}`,
    `  stream to   ${server.rtmpUrl}/KEY   (the studio shows your key)`,
    `  API         ${server.url}/docs`,
    `  database    ${config.databaseUrl ? 'Postgres' : `PGlite in ${config.dataDir}/pglite`}`,
    `  sockets     ${server.engine.transport}`,
    ...(server.adminUrl ? [`  first admin ${server.adminUrl}   (once, within 24 hours)`] : []),
  ].join('\n')
}

async function end(server: RunningServer, code = 0): Promise<void> {
  say('Plaza stops …')
  process.once('SIGINT', () => process.exit(130)) // a second Ctrl-C does not wait
  setTimeout(() => process.exit(1), stopMs).unref()
  await server.stop()
  process.exit(code)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
