/** Two runs side by side as one HTML page. */

import { chartSpecs, valuesOf, type Chart, type LineSpec } from './charts.ts'
import { changeText, differences, type Difference } from './differences.ts'
import { chartCard, escape, pageHtml } from './html.ts'
import { figure, verdictWords } from './numbers.ts'
import type { Report } from './report.ts'

export function compareHtml(before: Report, after: Report): string {
  const charts = overlays(before, after)
  const body = [
    `<header><div><h1>${escape(before.scenario)}: two runs</h1>
<p class="muted">before (dashed) and after; a difference of less than 5 % is taken for noise</p></div>
<div class="side"><button id="theme" type="button">Light</button></div></header>`,
    `<div class="card scroll"><table><thead><tr><th>figure</th><th>before</th><th>after</th><th>change</th></tr></thead>
<tbody>${run('started', before.startedAt, after.startedAt)}${run('platform', before.platform, after.platform)}${run('verdict', verdictWords[before.verdict], verdictWords[after.verdict])}${differences(before, after).map(differenceRow).join('')}</tbody></table></div>`,
    `<h2>Second by second</h2><div class="charts">${charts.map(chartCard).join('')}</div>`,
  ]
  const title = `${before.scenario}: two runs · Plaza load report`
  return pageHtml({ title, body: body.join('\n'), charts, bands: [], notes: [] })
}

function run(name: string, before: string, after: string): string {
  return `<tr><td>${name}</td><td>${escape(before)}</td><td>${escape(after)}</td><td></td></tr>`
}

function differenceRow({ name, before, after, unit, change, better }: Difference): string {
  const tone = better === undefined ? '' : better ? 'better' : 'worse'
  const cells = `<td>${figure(before, unit)}</td><td>${figure(after, unit)}</td>`
  return `<tr><td>${escape(name)}</td>${cells}<td class="${tone}">${changeText({ before, after, change })}</td></tr>`
}

/** Of each chart the line that says most, of both runs, on the seconds of the longer one. */
function overlays(before: Report, after: Report): Chart[] {
  return chartSpecs.flatMap(({ lines, ...chart }) => {
    const line = lines.find(({ name }) => name === 'p99') ?? lines[0]!
    const both = [before, after].map((report) => bySecond(report, line))
    if (both.some((values) => values.size === 0)) return []
    const x = [...new Set(both.flatMap((values) => [...values.keys()]))].sort((a, b) => a - b)
    const [first, second] = both.map((values) => x.map((t) => values.get(t) ?? null))
    const series = [
      { name: `${line.name} before`, color: 'muted', dash: true, values: first! },
      { name: `${line.name} after`, color: 'accent', values: second! },
    ] as const
    return [{ ...chart, x, series }]
  })
}

function bySecond(report: Report, { of }: LineSpec): Map<number, number> {
  const values = valuesOf(report, of)
  const known = report.rows.flatMap(({ t }, index): [number, number][] => {
    const value = values[index]
    return value === null || value === undefined ? [] : [[Math.round(t), value]]
  })
  return known.some(([, value]) => value > 0) ? new Map(known) : new Map()
}
