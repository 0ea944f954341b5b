/** The settings as text: for `--help` and for the operators' guide. */

import { z } from 'zod'
import { namesOf, schema, settings, type Setting } from './settings.ts'

/** What `--help` prints of the configuration. */
export function configHelp(): string {
  const rows = settings.map((s) => [namesOf(s)[0]!, `${meaning(s)} (${fallback(s)})`] as const)
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
  return [...lines, '', '  Secrets may be given as <NAME>_FILE, the path of a file.'].join('\n')
}

/** The table of the operators' guide, in Markdown. */
export function configTable(): string {
  const rows = settings.map(
    (s) => `| ${namesOf(s).map(code).join(', ')} | ${fallback(s)} | ${meaning(s)} |`,
  )
  return ['| name | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

function meaning(setting: Setting): string {
  return (schema.shape[setting].description ?? '').replaceAll('|', '\\|')
}

function fallback(setting: Setting): string {
  const shape: z.ZodType = schema.shape[setting]
  if (!(shape instanceof z.ZodDefault)) return 'unset'
  const value: unknown = shape.def.defaultValue
  return Array.isArray(value) ? 'none' : String(value)
}

function code(text: string): string {
  return `\`${text}\``
}
