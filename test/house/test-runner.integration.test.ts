import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { runTestFile } from '../../scripts/testing/test-file.ts'

async function run(t: TestContext, source: string, timeoutMs = 30_000) {
  const place = await mkdtemp(join(tmpdir(), 'plaza-runner-'))
  t.after(() => rm(place, { recursive: true, force: true }))
  const file = join(place, 'a.test.ts')
  await writeFile(file, `import { test } from 'node:test'\n${source}`)
  return runTestFile(file, timeoutMs)
}

test('[HO9] passed, failed and left out tests are told apart, with the reason', async (t) => {
  const outcome = await run(
    t,
    `test('good', () => {})
     test('bad', () => { throw new Error('wrong') })
     test('away', { skip: 'no Redis' }, () => {})
     test('later', { todo: true }, () => {})`,
  )
  assert.deepEqual(
    outcome.tests.map(({ name, passed, skip }) => [name, passed, skip]),
    [
      ['good', true, undefined],
      ['bad', false, undefined],
      ['away', true, 'no Redis'],
      ['later', true, true],
    ],
  )
  assert.match(outcome.output, /wrong/)
  assert.equal(outcome.fault, undefined)
})

test('[HO9] a file that hangs is killed with all that it started, and has failed', async (t) => {
  const outcome = await run(
    t,
    `import { spawn } from 'node:child_process'
     test('leaves something behind', () => {
       const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
       console.log('child', child.pid)
       process.on('SIGTERM', () => {})
     })`,
    10_000,
  )
  assert.match(outcome.fault ?? '', /did not end within 10 s/)
  const pid = Number(/child (\d+)/.exec(outcome.output)?.[1])
  assert.ok(pid > 1)
  assert.ok(await isGone(pid))
})

test('[HO9] a file that breaks before its tests, or holds none, has failed', async (t) => {
  assert.match((await run(t, `import './nowhere.ts'`)).fault ?? '', /ended with code 1/)
  assert.match((await run(t, `export const x = test`)).fault ?? '', /holds no test/)
  assert.match(
    (await run(t, `test('ok', () => {}); process.kill(process.pid, 'SIGKILL')`)).fault ?? '',
    /SIGKILL/,
  )
})

async function isGone(pid: number): Promise<boolean> {
  const { readFile } = await import('node:fs/promises')
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (status === undefined || / Z /.test(status)) return true
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return false
}
