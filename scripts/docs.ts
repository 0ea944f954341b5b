/** `npm run docs`: writes what pages repeat: the table of settings, the lists of rules and of decisions. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { configTable } from '../server/config-help.ts'

const docs = join(resolve(import.meta.dirname, '..'), 'docs')

await fill('guides/operate.md', 'settings', configTable())
await fill('SPEC.md', 'areas', pagesIn('spec').map(areaLine).join('\n'))
await fill('decisions/README.md', 'decisions', decisionTable())

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
async function fill(page: string, name: string, text: string): Promise<void> {
  const file = join(docs, page)
  const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`)
  const before = readFileSync(file, 'utf8')
  if (!place.test(before)) throw new Error(`${file} has no place for ${name}`)
  const after = before.replace(place, (_, start, end) => `${start}\n${text}\n\n${end}`)
  const options = await resolveConfig(file)
  writeFileSync(file, await format(after, { ...options, parser: 'markdown' }))
}

function pagesIn(folder: string): string[] {
  return readdirSync(join(docs, folder))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((name) => `${folder}/${name}`)
}

/** The page's heading and the prefixes of its rules. */
function areaLine(page: string): string {
  const text = readFileSync(join(docs, page), 'utf8')
  const prefixes = new Set([...text.matchAll(/^- \[([A-Z]{2})\d+\]/gm)].map(([, prefix]) => prefix))
  return `- [${headingOf(text)}](${page}) (${[...prefixes].sort().join(', ')})`
}

function decisionTable(): string {
  const rows = pagesIn('decisions').map((page) => {
    const name = page.slice('decisions/'.length)
    const heading = headingOf(readFileSync(join(docs, page), 'utf8'))
    const number = name.slice(0, 4)
    return `| [${number}](${name}) | ${heading.replace(/^\d+[.:]?\s*/, '')} |`
  })
  return ['| no. | decision |', '|---|---|', ...rows].join('\n')
}

function headingOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? 'untitled'
}
