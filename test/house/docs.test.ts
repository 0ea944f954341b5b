import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { configTable } from '../../server/config-help.ts'
import { settingNames } from './setting-names.ts'
import { readTree, root, type SourceTree } from './source-tree.ts'

/** Commands, links, files and settings that a page names and that do not exist; one line each. */
function pageBreaches(
  pages: SourceTree,
  scripts: Readonly<Record<string, string>>,
  settings: ReadonlySet<string>,
): string[] {
  return [...pages].flatMap(([path, text]) => [
    ...[...text.matchAll(/\bnpm run ([\w:-]+)/g)]
      .filter(([, name = '']) => !(name in scripts))
      .map(([command]) => `${path}: there is no ${command}`),
    ...[...text.matchAll(/\bnpm (start|test)\b/g)]
      .filter(([, name = '']) => !(name in scripts))
      .map(([command]) => `${path}: there is no ${command}`),
    ...[...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g)]
      .filter(([, target = '']) => !existsSync(join(root, dirname(path), target)))
      .map(([, target]) => `${path}: links to ${target}, which does not exist`),
    ...[...text.matchAll(/\bPLAZA_[A-Z_]+[A-Z]\b/g)]
      .filter(([name]) => !name.startsWith('PLAZA_TEST_') && !settings.has(name))
      .map(([name]) => `${path}: ${name} is no setting`),
  ])
}

const scripts = (
  JSON.parse(readTree(/^package\.json$/).get('package.json') ?? '') as {
    scripts: Record<string, string>
  }
).scripts

test('[HO11] every command, link and setting in the pages exists', () => {
  const pages = readTree(/\.md$/)
  assert.ok(pages.has('README.md') && pages.has('README.zh.md'))
  assert.deepEqual(pageBreaches(pages, scripts, settingNames()), [])
})

test('[HO11] a page that names what is not there is caught', () => {
  const check = (text: string) =>
    pageBreaches(new Map([['a.md', text]]), { check: '' }, new Set(['PLAZA_PORT'])).join()
  assert.match(check('`npm run chekc`'), /no npm run chekc/)
  assert.match(check('`npm start`'), /no npm start/)
  assert.match(check('[x](docs/nowhere.md)'), /docs\/nowhere\.md, which does not exist/)
  assert.match(check('set `PLAZA_PROT`'), /PLAZA_PROT is no setting/)
  assert.equal(
    check('`npm run check`, [x](README.md#start), [y](https://example.com), PLAZA_PORT'),
    '',
  )
})

test('[HO11] the two languages of a page have the same sections and the same commands', () => {
  const pages = readTree(/\.md$/)
  const shape = (text: string) => ({
    sections: [...text.matchAll(/^#{1,3} /gm)].map(([level]) => level),
    commands: [...text.matchAll(/^(?:npm|git|cd|docker|ffmpeg|openssl) .*$/gm)].map(
      ([line]) => line,
    ),
  })
  const chinese = [...pages].filter(([path]) => path.endsWith('.zh.md'))
  assert.ok(chinese.length > 0)
  for (const [path, text] of chinese) {
    const english =
      pages.get(path.replace('.zh.md', '.md')) ?? assert.fail(`${path} has no English page`)
    assert.deepEqual(shape(text), shape(english), path)
  }
})

test('[HO11] docs/SPEC.md and docs/decisions/README.md list every page, once', () => {
  const lists: [string, RegExp][] = [
    ['docs/SPEC.md', /^docs\/spec\/.+\.md$/],
    ['docs/decisions/README.md', /^docs\/decisions\/\d{4}-.+\.md$/],
  ]
  for (const [index, pages] of lists) {
    const text = readTree(/\.md$/).get(index) ?? ''
    const linked = [...text.matchAll(/\]\(([^)]+\.md)\)/g)].map(([, to]) =>
      join(dirname(index), to ?? ''),
    )
    const listed = linked.filter((path) => pages.test(path)).sort()
    assert.deepEqual(listed, [...readTree(pages).keys()].sort(), `${index}: run npm run docs`)
  }
})

test('[HO11] the settings in the operators’ guide are those of the configuration', () => {
  const page = readTree(/^docs\/guides\/operate\.md$/).get('docs/guides/operate.md') ?? ''
  const table = /<!-- settings -->([\s\S]*)<!-- \/settings -->/.exec(page)?.[1] ?? ''
  const cells = (text: string) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((row) => row.split('|').map((cell) => cell.trim()))
  const rows = (text: string) => cells(text).filter((row) => !/^-+$/.test(row[1] ?? ''))
  assert.deepEqual(rows(table), rows(configTable()), 'run npm run docs')
})
