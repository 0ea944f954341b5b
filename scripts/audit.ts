/** `npm run audit -- verify [--head ID:HASH]`: walks the chain of the audit log and names what is broken. */

import { parseArgs } from 'node:util'
import { readConfig } from '../server/config.ts'
import { openDatabase } from '../persistence/database.ts'
import { verifyAudit } from '../services/audit/audit-chain.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { head: { type: 'string' } },
})
const head = headOf(values.head)
if (positionals[0] !== 'verify' || positionals.length > 1 || head === null) {
  process.stderr.write('Usage: npm run audit -- verify [--head ID:HASH]\n')
  process.exit(2)
}

try {
  process.exitCode = await verify(head)
} catch (error) {
  process.stderr.write(`${reasonOf(error as { code?: string; message: string })}\n`)
  process.exitCode = 2
}

/** The exit code: 1 where the log is broken. */
async function verify(noted: { id: number; hash: string } | undefined): Promise<number> {
  const { databaseUrl, dataDir } = readConfig()
  const database = await openDatabase({ url: databaseUrl, dataDir })
  try {
    const { rows, head: newest, broken } = await verifyAudit(database.db, noted)
    if (broken) {
      process.stdout.write(`The audit log is broken at row ${broken.id} (${broken.why}).\n`)
      return 1
    }
    const note = newest ? ` Keep this: --head ${newest.id}:${newest.hash} finds a cut-off end.` : ''
    process.stdout.write(`The audit log is whole: ${rows} rows.${note}\n`)
    return 0
  } finally {
    await database.close()
  }
}

function reasonOf({ code, message }: { code?: string; message: string }): string {
  const undefinedTable = '42P01'
  if (code !== undefinedTable) return message
  return 'This database has no audit log yet; start the platform on it once.'
}

/** Null: not well formed. */
function headOf(text: string | undefined): { id: number; hash: string } | undefined | null {
  if (text === undefined) return undefined
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  return id && hash ? { id: Number(id), hash } : null
}
