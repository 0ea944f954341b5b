/** A report as one HTML page: the verdict first, then what was measured, second by second. */

import { promises } from '../harness/findings.ts'
import { chartsOf } from './charts.ts'
import { chartCard, escape, pageHtml, tile } from './html.ts'
import { amount, figure, timeNames, verdictWords } from './numbers.ts'
import type { Report } from './report.ts'

export function reportHtml(report: Report): string {
  const charts = chartsOf(report)
  const body = [
    head(report),
    `<section class="tiles">${tiles(report).join('')}</section>`,
    whereItWent(report),
    verdict(report),
    `<h2>Second by second</h2><div class="charts">${charts.map(chartCard).join('')}</div>`,
    times(report),
    closing(report),
  ]
  return pageHtml({
    title: `${report.scenario} · ${report.verdict} · Plaza load report`,
    body: body.join('\n'),
    charts,
    bands: bandsOf(report),
    notes: report.notes,
  })
}

function head({ scenario, about, verdict, plan, seconds, platform, ...report }: Report): string {
  const { machine, seed, startedAt } = report
  const rooms = plan.rooms === 1 ? 'one room' : `${plan.rooms} rooms`
  const when = startedAt.slice(0, 16).replace('T', ' ')
  return `<header><div>
<h1>${escape(scenario)}</h1>
<p class="muted">${escape(about)}</p>
<p class="meta">${amount(plan.viewers)} viewers in ${rooms}, ${seconds} s of load, seed ${seed} · ${escape(platform)}<br>
${when} UTC · ${escape(machine.cpu)}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${escape(machine.node)}</p>
</div><div class="side"><button id="theme" type="button">Light</button>
<span class="verdict ${verdict}">${escape(verdictWords[verdict])}</span></div></header>`
}

function tiles({ balance, times, levels, totals }: Report): string[] {
  const refused = Object.values(balance.refused).reduce((sum, count) => sum + count, 0)
  const p99 = (metric: string): string => figure(times[metric]?.p99 ?? NaN, 'ms')
  return [
    tile('wrong', amount(balance.wrong), balance.wrong ? 'bad' : 'good'),
    tile('commands offered', amount(balance.offered)),
    tile('taken', amount(balance.accepted)),
    tile('refused', amount(refused)),
    tile('events delivered', amount(balance.delivered)),
    tile('danmaku shed', amount(balance.lines.shed)),
    tile('gifts seen of due', `${amount(balance.gifts.seen)} / ${amount(balance.gifts.due)}`),
    tile('answer p99', p99('ack')),
    tile('fan-out p99', p99('fanout.must')),
    tile('drops', amount(totals['viewers.closed'] ?? 0)),
    tile('server processor', figure(levels['server.cpu'] ?? NaN, 'share')),
    tile('server memory', figure(levels['server.memory'] ?? NaN, 'MB')),
  ]
}

function whereItWent({ balance }: Report): string {
  const { lines, gifts } = balance
  const refused = Object.values(balance.refused).reduce((sum, count) => sum + count, 0)
  const bars = [
    bar('Commands offered', balance.offered, [
      ['taken', balance.accepted, 'green'],
      ['refused', refused, 'gold'],
      ['without an answer', balance.unanswered, 'red'],
    ]),
    bar('Danmaku taken', lines.taken, [
      ['shown', lines.shown, 'green'],
      ['shed and counted', lines.shed, 'gold'],
      ['missing', Math.max(0, lines.taken - lines.shown - lines.shed), 'red'],
    ]),
    bar('Gifts acknowledged', gifts.due, [
      ['seen', gifts.seen, 'green'],
      ['missing', Math.max(0, gifts.due - gifts.seen), 'red'],
    ]),
  ]
  return `<h2>Where it went</h2><div class="card bars">${bars.join('')}</div>`
}

type Part = readonly [name: string, count: number, color: string]

function bar(title: string, all: number, parts: readonly Part[]): string {
  const shown = parts.filter(([, count]) => count > 0)
  const pieces = shown.map(
    ([, count, color]) =>
      `<i style="flex:${count};background:var(--${color})" title="${amount(count)}"></i>`,
  )
  const words = parts.map(
    ([name, count, color]) =>
      `<span style="--line:var(--${color})">${name} <b>${amount(count)}</b></span>`,
  )
  return `<div><p><b>${title}</b> <span class="muted">${amount(all)}</span></p>
<div class="bar">${pieces.join('')}</div><div class="legend">${words.join('')}</div></div>`
}

function verdict({ findings, thresholds, checks }: Report): string {
  const rows = [
    ...Object.entries(promises).map(([promise, words]) => {
      const found = findings.find((finding) => finding.promise === promise)
      const examples =
        found?.examples.map((example) => `<li>${escape(example)}</li>`).join('') ?? ''
      const list = examples && `<ul class="examples">${examples}</ul>`
      return row(!found, `${escape(words)}${list}`, found ? `${amount(found.count)} wrong` : '')
    }),
    ...thresholds.map(({ text, value, unit, met }) => {
      const measured = value === undefined ? 'nothing measured' : figure(value, unit)
      return row(met, escape(text), measured, ['met', 'missed'])
    }),
    ...checks.map(({ text, value, met }) =>
      row(met, escape(text), escape(value), ['met', 'missed']),
    ),
  ]
  return `<h2>Promises and thresholds</h2><div class="card scroll"><table><tbody>${rows.join('')}</tbody></table></div>`
}

function row(good: boolean, text: string, value: string, words = ['holds', 'broken']): string {
  const mark = `<span class="mark ${good ? 'good' : 'bad'}">${words[good ? 0 : 1]}</span>`
  return `<tr><td>${text}</td><td class="text">${value}</td><td>${mark}</td></tr>`
}

function times({ times }: Report): string {
  const names = [...Object.keys(timeNames), ...Object.keys(times)]
  const rows = [...new Set(names)].flatMap((metric) => {
    const of = times[metric]
    if (!of) return []
    const cells = [of.p50, of.p90, of.p95, of.p99, of.p999, of.max]
      .map((ms) => `<td>${figure(ms, 'ms')}</td>`)
      .join('')
    return [
      `<tr><td>${escape(timeNames[metric] ?? metric)}</td><td>${amount(of.count)}</td>${cells}</tr>`,
    ]
  })
  const heads = ['', 'count', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max']
  return `<h2>Times of the load</h2><div class="card scroll"><table><thead><tr>${heads
    .map((name) => `<th>${name}</th>`)
    .join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function closing(report: Report): string {
  const { totals, harnessCpu, levels, balance } = report
  const harness = harnessCpu + (levels['harness.viewers.cpu'] ?? 0)
  const closes = Object.entries(totals).filter(([name]) => name.startsWith('close.'))
  const codes = closes.map(([name, count]) => `${name.slice(6)} × ${amount(count)}`).join(', ')
  const refused = Object.entries(balance.refused).map(([code, n]) => `${code} × ${amount(n)}`)
  const lines = [
    `Refused: ${refused.join(', ') || 'nothing'}. Sockets closed: ${codes || 'none'}. Came back: ${amount(totals['viewers.returned'] ?? 0)}.`,
    `The harness took ${figure(harness, 'share')} of a core and was at most ${figure(report.times['lateness']?.max ?? 0, 'ms')} late; delays count from the intended time of each command.`,
  ]
  return `<h2>Notes</h2>${lines.map((line) => `<p class="muted">${escape(line)}</p>`).join('')}
<h2>The same run again</h2><pre>${escape(report.command)}</pre>`
}

function bandsOf({ phases, seconds }: Report) {
  return phases.flatMap(({ t, text }, index) => {
    const to = phases[index + 1]?.t ?? seconds
    return text === 'flood' ? [{ from: t, to, color: 'bad' }] : []
  })
}
