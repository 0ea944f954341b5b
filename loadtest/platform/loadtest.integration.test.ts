import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PlazaProcess } from '../../test/support/plaza-process.ts'
import { bugs, type Bug } from '../bugs/bugs.ts'
import type { Promised } from '../harness/findings.ts'
import { readCommand, type RunOptions } from '../harness/options.ts'
import { progressTo } from '../harness/progress.ts'
import { runLoad } from '../harness/run.ts'
import { asReport, type Report } from '../report/report.ts'

const small = [
  'viral-room --viewers 20 --ramp 1 --senders 4 --duration 3 --threshold gaps<1',
  '--rate danmaku=40 --rate gifts=25 --rate likes=10',
].join(' ')

function options(line: string): RunOptions {
  const command = readCommand(line.split(' '))
  assert.equal(command.what, 'run')
  return command.options
}

const quiet = progressTo(process.stderr, true)

let server: PlazaProcess
before(async () => {
  server = await PlazaProcess.create()
  await server.start()
})
after(() => server.dispose())

test('[LT20] [LT17] a small viral room on a node of its own is green', async (t) => {
  const report = await runLoad(options(`${small} --seed 3`), quiet)
  assert.deepEqual(report.findings, [])
  assert.equal(report.verdict, 'ok')
  const { balance, times, levels } = report
  assert.ok(balance.gifts.due > 30 && balance.gifts.seen === balance.gifts.due)
  assert.ok(balance.lines.shed > 0, 'more lines were said than the room has budget for')
  assert.equal(balance.lines.shown + balance.lines.shed, balance.lines.taken)
  assert.equal(balance.accepted, balance.offered)
  assert.ok(times['ack'] && times['fanout.must'] && times['join'] && times['gift.seen'])
  assert.ok(levels['server.memory']! > 50 && levels['viewers'] === 20)
  t.diagnostic(`${balance.offered} commands, ${balance.delivered} deliveries`)
})

test('[LT21] each planted defect turns the verdict red', async () => {
  const expected: Readonly<Record<Bug, readonly Promised[]>> = {
    'lose every 1,000th gift event': ['once'],
    'tell a gift event twice': ['once'],
    'apply a gift twice': ['once', 'money'],
    'swap two messages': ['order'],
  }
  const run = async (name: Bug): Promise<void> => {
    const bug = { name, every: 25 }
    const report = await runLoad({ ...options(`${small} --url ${server.endpoint}`), bug }, quiet)
    assert.equal(report.verdict, 'wrong', name)
    const found = report.findings.map(({ promise }) => promise)
    for (const promise of expected[name]) assert.ok(found.includes(promise), `${name}: ${found}`)
  }
  await Promise.all((Object.keys(bugs) as Bug[]).map(run))
})

test('[LT5] the command writes its report and ends with the code of its verdict', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'plaza-load-'))
  t.after(() => rm(folder, { recursive: true }))
  const load = async (line: string): Promise<{ code: number; said: string }> => {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url))
    const child = spawn(process.execPath, [main, ...line.split(' ')], { stdio: 'pipe' })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => (said += String(bytes)))
    }
    const [code] = (await once(child, 'close')) as [number]
    return { code, said }
  }
  const line = `${small} --duration 1 --url ${server.endpoint} --report ${folder}`
  const missed = await load(`${line} --threshold ack.p99<1us`)
  assert.equal(missed.code, 1, missed.said)
  assert.match(missed.said, /MISSED +ack\.p99<1us: [\d.]+ ms/)
  const names = await readdir(folder)
  assert.deepEqual(names.map((name) => name.split('.').at(-1)).sort(), ['html', 'json'])
  const json = join(
    folder,
    names.find((name) => name.endsWith('.json'))!,
  )
  const report: Report = asReport(JSON.parse(await readFile(json, 'utf8')), json)
  assert.equal(report.verdict, 'missed')
  const compared = await load(`compare ${json} ${json} --report ${folder}`)
  assert.equal(compared.code, 0, compared.said)
  assert.match(compared.said, /answer p99/)
  const wrong = await load('viral-room --viewers -1')
  assert.equal(wrong.code, 2)
  assert.match(wrong.said, /--viewers/)
})
