/** What every page of a report has: the frame, uPlot and its data, all in one file that needs no network. */

import { readFileSync } from 'node:fs'
import type { Chart } from './charts.ts'

export interface Page {
  readonly title: string
  /** HTML. */
  readonly body: string
  readonly charts: readonly Chart[]
  /** Stretches that are shaded, seconds. */
  readonly bands: readonly { readonly from: number; readonly to: number; readonly color: string }[]
  readonly notes: readonly { readonly t: number; readonly text: string }[]
}

export function pageHtml({ title, body, charts, bands, notes }: Page): string {
  const data = JSON.stringify({ charts: charts.map(rounded), bands, notes })
  return `<!doctype html>
<html lang="en" data-theme="dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${file('uplot/dist/uPlot.min.css')}${own('page.css')}</style>
</head>
<body>
<main>
${body}
</main>
<script type="application/json" id="data">${data.replaceAll('<', '\\u003c')}</script>
<script>${file('uplot/dist/uPlot.iife.min.js')}</script>
<script>${own('page.js')}</script>
</body>
</html>
`
}

/** Where a chart is drawn, with its title and its legend. */
export function chartCard({ id, title, about }: Chart): string {
  return `<section class="card">
<h3>${escape(title)}</h3><p class="meta">${escape(about)}</p>
<div class="chart" id="${id}"></div><div class="legend"></div>
</section>`
}

export function tile(label: string, value: string, tone = ''): string {
  return `<div class="tile ${tone}"><b>${escape(value)}</b><span class="muted">${escape(label)}</span></div>`
}

export function escape(text: string): string {
  const names: { [char: string]: string } = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  }
  return text.replace(/[&<>"]/g, (char) => names[char]!)
}

/** Five digits are more than a chart shows. */
function rounded(chart: Chart): Chart {
  const round = (value: number): number => Number(value.toPrecision(5))
  const series = chart.series.map((line) => ({
    ...line,
    values: line.values.map((value) => (value === null ? null : round(value))),
  }))
  return { ...chart, x: chart.x.map(round), series }
}

function own(name: string): string {
  return readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8')
}

function file(name: string): string {
  return readFileSync(new URL(`../../node_modules/${name}`, import.meta.url), 'utf8')
}
