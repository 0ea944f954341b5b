/**
 * Runs every test that this machine can run: `npm test [-- [--unit] [part of a path]…]`.
 * Says by name what was left out and why; with CI=true leaving something out is a failure.
 */

import { resolve } from 'node:path'
import { missingServices } from './testing/services.ts'
import { killTestFiles, runTestFile, type FileOutcome } from './testing/test-file.ts'
import { findTestFiles, isIntegration, planTests, type TestGroup } from './testing/test-plan.ts'

const root = resolve(import.meta.dirname, '..')
const slowestShown = 8

async function main(args: readonly string[]): Promise<number> {
  const unitOnly = args.includes('--unit')
  const parts = args.filter((arg) => !arg.startsWith('--'))
  const files = findTestFiles(root)
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .filter((file) => !unitOnly || !isIntegration(file))
  if (files.length === 0) {
    console.error(`No test file matches ${parts.join(' ')}.`)
    return 1
  }
  if (!unitOnly) {
    for (const { name, why } of await missingServices()) {
      console.log(`not here: ${name} (${why}); tests that need it are left out`)
    }
  }
  const outcomes: FileOutcome[] = []
  for (const group of planTests(files)) outcomes.push(...(await runGroup(group)))
  return report(outcomes)
}

async function runGroup(group: TestGroup): Promise<FileOutcome[]> {
  console.log(`\n${group.name}: ${group.files.length} files, ${group.width} at a time`)
  const waiting = [...group.files]
  const outcomes: FileOutcome[] = []
  const lane = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await runTestFile(file, group.timeoutMs)
      outcomes.push(outcome)
      console.log(lineOf(outcome))
      if (hasFailed(outcome)) console.log(whatFailed(outcome))
    }
  }
  await Promise.all(Array.from({ length: group.width }, lane))
  return outcomes
}

function hasFailed(outcome: FileOutcome): boolean {
  return outcome.fault !== undefined || outcome.tests.some((test) => !test.passed)
}

/** The failures alone, where Node lists them at the end: whoever reads a log wants those first. */
function whatFailed({ output, fault }: FileOutcome): string {
  const list = fault === undefined ? output.lastIndexOf('✖ failing tests:') : -1
  return output.slice(Math.max(0, list)).trimEnd()
}

function lineOf(outcome: FileOutcome): string {
  const passed = outcome.tests.filter((test) => test.passed && !test.skip).length
  const mark = hasFailed(outcome) ? 'FAILED' : 'ok    '
  return `${mark} ${outcome.file} (${passed} tests, ${outcome.seconds.toFixed(1)} s)`
}

function report(outcomes: readonly FileOutcome[]): number {
  const tests = outcomes.flatMap(({ file, tests }) => tests.map((test) => ({ ...test, file })))
  const faults = outcomes.filter(({ fault }) => fault !== undefined)
  const failures = tests.filter((test) => !test.passed)
  const skips = tests.filter((test) => test.passed && test.skip)
  const strict = process.env.CI === 'true'

  const slowest = [...outcomes].sort((a, b) => b.seconds - a.seconds).slice(0, slowestShown)
  console.log('\nslowest files:')
  for (const { file, seconds } of slowest)
    console.log(`  ${seconds.toFixed(1).padStart(6)} s  ${file}`)
  if (skips.length > 0) console.log('\nleft out:')
  for (const { file, name, skip } of skips) {
    console.log(`  ${file} › ${name}: ${typeof skip === 'string' ? skip : 'no reason given'}`)
  }
  if (failures.length + faults.length > 0) console.log('\nfailed:')
  for (const { file, name } of failures) console.log(`  ${file} › ${name}`)
  for (const { file, fault } of faults) console.log(`  ${file} ${fault}`)
  if (strict && skips.length > 0) console.log('\nCI=true: a test that was left out is a failure.')

  const failed = failures.length + faults.length
  const passed = tests.length - failures.length - skips.length
  console.log(`\n${passed} passed, ${failed} failed, ${skips.length} skipped`)
  return failed > 0 || passed === 0 || (strict && skips.length > 0) ? 1 : 0
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    killTestFiles()
    process.exit(130)
  })
}
process.exitCode = await main(process.argv.slice(2))
