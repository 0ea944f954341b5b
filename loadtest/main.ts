/** `npm run loadtest -- SCENARIO`: see docs/guides/loadtest.md. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { helpText } from './harness/help.ts'
import { readCommand, UsageError, type RunOptions } from './harness/options.ts'
import { progressTo } from './harness/progress.ts'
import { runLoad } from './harness/run.ts'
import { exitCodeOf } from './harness/write-up.ts'
import { compareHtml } from './report/compare.ts'
import { reportHtml } from './report/page.ts'
import { asReport, exitCodes, type Report } from './report/report.ts'
import { comparisonText, summaryText } from './report/text.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  try {
    const command = readCommand(args)
    if (command.what === 'run') return await run(command.options)
    if (command.what === 'compare') return await compare(command.files, command.report)
    console.log(helpText())
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    return exitCodes.usage
  }
}

async function run(options: RunOptions): Promise<number> {
  const progress = progressTo(process.stderr, options.quiet)
  const report = await runLoad(options, progress)
  const files = await write(report, options.report ?? join('data', 'load'))
  if (options.json) console.log(JSON.stringify(report))
  else if (!options.quiet || report.verdict !== 'ok') console.log(summaryText(report))
  progress.say(`report: ${files}`)
  return exitCodeOf(report)
}

async function write(report: Report, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const name = `${report.scenario}-${report.startedAt.slice(0, 19).replace(/\D/g, '')}`
  const base = join(folder, name)
  await writeFile(`${base}.json`, `${JSON.stringify(report)}\n`)
  await writeFile(`${base}.html`, reportHtml(report))
  return `${base}.html and .json`
}

async function compare(files: readonly [string, string], folder: string): Promise<number> {
  const [before, after] = await Promise.all(files.map(read))
  console.log(comparisonText(before!, after!))
  await mkdir(folder, { recursive: true })
  const page = join(folder, 'load-comparison.html')
  await writeFile(page, compareHtml(before!, after!))
  console.error(`page: ${page}`)
  return exitCodes.ok
}

async function read(file: string): Promise<Report> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch {
    throw new UsageError(`${file} cannot be read; give the .json files that two runs wrote`)
  }
  try {
    return asReport(JSON.parse(text), file)
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`)
  }
}
