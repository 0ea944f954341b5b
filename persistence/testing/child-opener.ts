/** A process that opens a data directory, says so, and waits to be killed. */

import { openDatabase } from '../database.ts'

await openDatabase({ dataDir: process.argv[2]! })
process.stdout.write('open\n')
setInterval(() => undefined, 1_000)
