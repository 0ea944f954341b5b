/** The configuration, read from `PLAZA_*` environment variables. */

import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { envName, isSecret, namesOf, schema, settings, type Setting } from './settings.ts'

export type Config = Readonly<z.output<typeof schema>>

/** All that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** The configuration of an environment. Throws ConfigError with every problem at once. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const problems: string[] = unknownNames(env)
  const raw: Record<string, string> = {}
  for (const setting of settings) {
    const value = readSetting(setting, env, problems)
    if (value !== undefined && value !== '') raw[setting] = value
  }
  const parsed = schema.safeParse(raw)
  if (!parsed.success)
    for (const issue of parsed.error.issues)
      problems.push(`${envName(String(issue.path[0]))}: ${issue.message}`)
  problems.push(...halfConfigured(raw))
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems)
  return parsed.data
}

function unknownNames(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set(settings.flatMap(namesOf))
  return Object.keys(env)
    .filter((n) => n.startsWith('PLAZA_') && !n.startsWith('PLAZA_TEST_') && !known.has(n))
    .map((name) => `${name}: there is no such setting; --help lists them`)
}

function readSetting(
  setting: Setting,
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): string | undefined {
  const name = envName(setting)
  const file = isSecret(setting) ? env[`${name}_FILE`] : undefined
  if (!file) return env[name]
  if (env[name]) {
    problems.push(`${name}: set either it or ${name}_FILE, not both`)
    return undefined
  }
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    problems.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code})`)
    return undefined
  }
}

// A provider with half of its keys would fail only when somebody pays.
function halfConfigured(raw: Readonly<Record<string, string>>): string[] {
  const providers: readonly Setting[][] = [
    ['alipayAppId', 'alipayPrivateKey', 'alipayPublicKey'],
    settings.filter((s) => s.startsWith('wechat')),
    ['stripeSecretKey', 'stripeWebhookSecret'],
  ]
  return providers.flatMap((parts) => {
    const missing = parts.filter((s) => raw[s] === undefined)
    if (missing.length === 0 || missing.length === parts.length) return []
    return missing.map((s) => `${envName(s)}: is needed beside the other keys of this provider`)
  })
}
