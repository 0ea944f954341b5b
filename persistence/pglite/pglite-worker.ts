/** The thread in which PGlite runs, so that a query never stops the event loop of the rooms. */

import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { detached, type Frame } from '../channel.ts'
import { SessionSharing } from './session-sharing.ts'

const port = parentPort!
const { dataDir, template } = workerData as { dataDir?: string; template?: Uint8Array<ArrayBuffer> }

const database = new PGlite({
  ...(dataDir && { dataDir }),
  ...(template && { loadDataDir: new Blob([template]) }),
})
await database.waitReady
const { rows } = await database.query<{ version: string }>(
  `select current_setting('server_version') as version`,
)

const sharing = new SessionSharing({
  exec: async (bytes) => {
    // Reading the answers is left to whoever asked. Each piece lies in memory that is used again.
    const answer: Buffer[] = []
    const onRawData = (piece: Uint8Array) => void answer.push(Buffer.from(piece))
    await database.execProtocolRawStream(bytes, { syncToFs: false, onRawData })
    return Buffer.concat(answer)
  },
  send: (connection, bytes) => post(['data', connection, bytes]),
  end: (connection) => post(['close', connection]),
  serverVersion: rows[0]!.version,
})

port.on('message', async (message: Frame | 'dump' | 'stop') => {
  if (message === 'stop') {
    await database.close()
    port.close()
  } else if (message === 'dump') {
    const dump = await database.dumpDataDir('none')
    port.postMessage(['dump', new Uint8Array(await dump.arrayBuffer())])
  } else if (message[0] === 'open') sharing.open(message[1])
  else if (message[0] === 'data') sharing.data(message[1], message[2])
  else sharing.close(message[1])
})
port.postMessage(['ready'])

function post(message: Frame): void {
  const { frame, transfer } = detached(message)
  port.postMessage(frame, transfer)
}
