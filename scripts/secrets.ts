/** `npm run secrets`: writes the secrets of the compose file's cluster, each once; what exists stays. */

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const place = join(resolve(import.meta.dirname, '..'), 'secrets')

const password = keep('postgres_password', () => randomBytes(24).toString('hex'))
keep('database_url', () => `postgres://plaza:${password}@postgres:5432/plaza`)
keep('plaza_secret', () => randomBytes(32).toString('hex'))
keep('plaza_secret_media', () => randomBytes(32).toString('hex'))

/** The secret's text, made now if it is not there. */
function keep(name: string, make: () => string): string {
  // The containers read them under another user id, so the folder is what keeps others out.
  mkdirSync(place, { recursive: true, mode: 0o700 })
  const file = join(place, name)
  if (existsSync(file)) {
    console.log(`secrets/${name} is there already`)
    return readFileSync(file, 'utf8').trim()
  }
  const text = make()
  writeFileSync(file, `${text}\n`, { mode: 0o644 })
  console.log(`secrets/${name} written`)
  return text
}
