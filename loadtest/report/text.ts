/** A report as lines for a terminal or a log. */

import { promises } from '../harness/findings.ts'
import type { Summary } from '../harness/figures.ts'
import { changeText, differences, type Difference } from './differences.ts'
import { amount, figure, timeNames, verdictWords } from './numbers.ts'
import type { Report } from './report.ts'

export function summaryText(report: Report): string {
  return [
    '',
    `${report.scenario}, seed ${report.seed}: ${report.plan.viewers} viewers, ${report.plan.rooms} rooms, ${report.seconds} s on ${report.platform}`,
    '',
    ...balanceLines(report),
    '',
    ...timeLines(report.times),
    '',
    ...serverLines(report),
    '',
    ...verdictLines(report),
  ].join('\n')
}

export function comparisonText(before: Report, after: Report): string {
  const lines = differences(before, after).map(differenceLine)
  return [
    `${'figure'.padEnd(26)} ${'before'.padStart(12)} ${'after'.padStart(12)}   change`,
    ...lines,
  ].join('\n')
}

function differenceLine({ name, before, after, unit, change, better }: Difference): string {
  const mark = better === undefined ? ' ' : better ? '+' : '-'
  const share = changeText({ before, after, change })
  const cells = [figure(before, unit).padStart(12), figure(after, unit).padStart(12)]
  return `${name.padEnd(26)} ${cells.join(' ')} ${mark} ${share}`
}

function balanceLines({ balance, totals }: Report): string[] {
  const { lines, gifts } = balance
  const refused = Object.entries(balance.refused).map(([code, count]) => `${count} ${code}`)
  return [
    `offered    ${amount(balance.offered)} commands: ${amount(balance.accepted)} taken, ${refused.length ? `refused ${refused.join(', ')}` : 'none refused'}, ${balance.unanswered} without an answer`,
    `delivered  ${amount(balance.delivered)} events to viewers; gifts ${amount(gifts.seen)} of ${amount(gifts.due)} acknowledged`,
    `shed       ${amount(lines.shed)} of ${amount(lines.taken)} lines, ${amount(lines.shown)} shown`,
    `wrong      ${balance.wrong}`,
    `sockets    ${amount(totals['viewers.joined'] ?? 0)} joined, ${amount(totals['viewers.closed'] ?? 0)} closed, ${amount(totals['viewers.returned'] ?? 0)} came back, ${amount(totals['failed'] ?? 0)} failures`,
  ]
}

function timeLines(times: Readonly<Record<string, Summary>>): string[] {
  const head = ['p50', 'p90', 'p99', 'max'].map((name) => name.padStart(10)).join('')
  const rows = Object.entries(timeNames).flatMap(([metric, name]) => {
    const of = times[metric]
    if (!of) return []
    const cells = [of.p50, of.p90, of.p99, of.max].map((ms) => figure(ms, 'ms').padStart(10))
    return [`${name.padEnd(28)}${cells.join('')}`]
  })
  return [`${'time'.padEnd(28)}${head}`, ...rows]
}

function serverLines({ levels, harnessCpu }: Report): string[] {
  const of = (name: string, unit: string): string =>
    levels[name] === undefined ? '?' : figure(levels[name], unit)
  const crowd = levels['harness.viewers.cpu'] ?? 0
  return [
    `server     ${of('server.cpu', 'share')} of a core, ${of('server.memory', 'MB')} memory at most, event loop p99 ${of('server.lag', 'ms')} at worst, longest turn ${of('server.lag.max', 'ms')}`,
    `harness    ${figure(harnessCpu + crowd, 'share')} of a core${harnessCpu + crowd > 0.9 ? ': it may have measured itself' : ''}`,
  ]
}

function verdictLines({ findings, thresholds, checks, verdict }: Report): string[] {
  return [
    ...findings.flatMap(({ promise, count, examples }) => [
      `WRONG      ${promises[promise]}: ${count}`,
      ...examples.slice(0, 3).map((example) => `             ${example}`),
    ]),
    ...thresholds.map(
      ({ text, value, unit, met }) =>
        `${met ? 'met' : 'MISSED'}`.padEnd(11) +
        `${text}: ${value === undefined ? 'nothing was measured' : figure(value, unit)}`,
    ),
    ...checks.map(
      ({ text, value, met }) => `${met ? 'met' : 'MISSED'}`.padEnd(11) + `${text}: ${value}`,
    ),
    `verdict    ${verdictWords[verdict]}`,
  ]
}
