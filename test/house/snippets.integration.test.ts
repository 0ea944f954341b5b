import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readTree, root } from './source-tree.ts'

/** What the compiler says of the code, as if it lay in the project's root. */
async function compile(t: TestContext, snippets: readonly string[]): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'plaza-snippets-'))
  t.after(() => rm(place, { recursive: true, force: true }))
  const files = snippets.map((_, i) => `snippet-${i}.ts`)
  for (const [i, code] of snippets.entries()) {
    const file = join(place, files[i] ?? '')
    await writeFile(file, `${code.replaceAll(`'./`, `'${root}/`)}\nexport {}\n`)
  }
  await writeFile(join(place, 'package.json'), '{ "type": "module" }')
  await writeFile(
    join(place, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { typeRoots: [join(root, 'node_modules', '@types')] },
      include: [],
      files,
    }),
  )
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  return spawnSync(tsc, ['-p', place], { cwd: root, encoding: 'utf8' }).stdout
}

test('[HO12] the code in the pages compiles against the SDK', async (t) => {
  const snippets = [...readTree(/\.md$/)].flatMap(([, text]) =>
    [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => code),
  )
  assert.ok(snippets.length >= 2)
  assert.equal(await compile(t, snippets), '')
  const broken = snippets[0]?.replace('danmaku.send', 'danmaku.sned') ?? ''
  assert.match(await compile(t, [broken]), /sned/, 'and a mistake in it would be noticed')
})
