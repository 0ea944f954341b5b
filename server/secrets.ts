/** The keys that this installation signs with, made on the first run. */

import { hkdfSync, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Secrets {
  /** Root of every key of the room nodes; never used itself, see `deriveKey`. */
  readonly root: Buffer
  /** Shared with the media nodes: signs playback addresses. Hexadecimal. */
  readonly media: string
}

interface SecretOptions {
  readonly dataDir: string
  readonly secret?: string | undefined
  readonly secretMedia?: string | undefined
}

/**
 * The configured secrets, and for those that are not configured the ones of `<dataDir>/secrets.json`
 * (mode 0600), made when missing. Two processes that start at once end with the same file.
 */
export function loadSecrets(options: SecretOptions): Secrets {
  const { secret, secretMedia } = options
  const kept = secret && secretMedia ? undefined : readOrMake(options.dataDir)
  return {
    root: Buffer.from(secret ?? kept!.secret, 'hex'),
    media: secretMedia ?? kept!.media,
  }
}

/** A key of 32 bytes for one purpose, by HKDF-SHA256 (RFC 5869). */
export function deriveKey(root: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', root, '', `plaza/${purpose}`, 32))
}

function readOrMake(dataDir: string): { secret: string; media: string } {
  const path = join(dataDir, 'secrets.json')
  mkdirSync(dataDir, { recursive: true })
  const fresh = join(dataDir, `secrets.${randomBytes(6).toString('hex')}.tmp`)
  try {
    return parse(readFileSync(path, 'utf8'), path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const made = { secret: randomHex(), media: randomHex() }
  writeFileSync(fresh, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // A link never replaces: of two first runs the second one takes the first one's file.
    linkSync(fresh, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(fresh, { force: true })
  }
  return parse(readFileSync(path, 'utf8'), path)
}

function parse(text: string, path: string): { secret: string; media: string } {
  const kept: unknown = JSON.parse(text)
  if (isKept(kept)) return kept
  throw new Error(`${path} does not hold the secrets; restore it, or remove it to make new ones`)
}

function isKept(value: unknown): value is { secret: string; media: string } {
  const { secret, media } = (value ?? {}) as Record<string, unknown>
  const hex = /^[0-9a-f]{64,}$/i
  return (
    typeof secret === 'string' && typeof media === 'string' && hex.test(secret) && hex.test(media)
  )
}

function randomHex(): string {
  return randomBytes(32).toString('hex')
}
