/** The report of a chaos run: one page that needs nothing else, in light and dark. */

import type { Outcome } from '../stage/play.ts'
import { drawTimeline } from './draw-timeline.ts'
import { escape, seconds, style } from './style.ts'

export interface Run {
  readonly at: Date
  readonly command: string
  readonly machine: string
  readonly outcomes: readonly Outcome[]
  /** Scenarios that cannot be played here, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[]
}

export function htmlReport(run: Run): string {
  const bad = run.outcomes.filter(({ ok }) => !ok)
  const verdict = bad.length
    ? `${bad.length} of ${run.outcomes.length} scenarios broke a promise`
    : `All ${run.outcomes.length} scenarios kept every promise`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chaos: ${escape(verdict)}</title>
<style>${style}</style>
<header>
  <p class="brand">Plaza · chaos</p>
  <h1 class="${bad.length ? 'bad' : 'good'}">${escape(verdict)}</h1>
  <p class="quiet">${escape(run.at.toISOString().slice(0, 16).replace('T', ' '))} UTC · ${escape(run.machine)} · <code>${escape(run.command)}</code></p>
</header>
<main>
  ${totals(run.outcomes)}
  ${overview(run)}
  ${run.outcomes.map(scenario).join('\n')}
</main>
</html>
`
}

function totals(outcomes: readonly Outcome[]): string {
  const sum = (name: string) => outcomes.reduce((all, { counts }) => all + (counts[name] ?? 0), 0)
  const faults = outcomes.reduce(
    (all, { moments }) => all + moments.filter(({ kind }) => kind === 'fault').length,
    0,
  )
  const breaches = outcomes.reduce(
    (all, { findings }) => all + findings.reduce((n, finding) => n + finding.breaches, 0),
    0,
  )
  const cells = {
    'times harmed': faults,
    'gifts offered': sum('offered'),
    answers: sum('acknowledged') + sum('refused'),
    'events seen': sum('seen'),
    breaches: breaches,
  }
  const cell = ([name, value]: [string, number]) =>
    `<div><dd>${value.toLocaleString('en')}</dd><dt>${name}</dt></div>`
  return `<dl class="totals">${Object.entries(cells).map(cell).join('')}</dl>`
}

function overview({ outcomes, leftOut }: Run): string {
  const row = (outcome: Outcome) => `<tr>
    <td>${mark(outcome.ok)}</td>
    <td><a href="#${escape(outcome.name)}">${escape(outcome.name)}</a></td>
    <td>${escape(outcome.title)}<div class="letters">${outcome.findings.map(letter).join('')}</div></td>
    <td class="number">${(outcome.counts['acknowledged'] ?? 0).toLocaleString('en')}</td>
    <td class="number">${longestSilence(outcome)}</td>
  </tr>`
  const absent = leftOut.map(
    ({ name, why }) => `<tr class="absent"><td>–</td><td>${escape(name)}</td>
    <td colspan="3">left out: ${escape(why)}</td></tr>`,
  )
  return `<div class="scroll"><table>
  <thead><tr><th></th><th>scenario</th><th>what happens</th><th class="number">answers</th>
  <th class="number" title="Longest time in which half of the people, and the last of them, saw no event">silence p50 / max</th></tr></thead>
  <tbody>${outcomes.map(row).join('')}${absent.join('')}</tbody></table></div>`
}

function letter({ id, title, breaches }: Outcome['findings'][number]): string {
  const verdict = breaches ? 'bad' : 'good'
  return `<span class="${verdict}" title="${escape(title)}: ${breaches} breaches">${escape(id)}</span>`
}

function longestSilence({ silences }: Outcome): string {
  if (!silences.length) return '–'
  const most = (of: 'median' | 'longest') => Math.max(...silences.map((silence) => silence[of]))
  return `${seconds(most('median'))} / ${seconds(most('longest'))}`
}

function scenario(outcome: Outcome): string {
  const { name, title, seed, findings, counts, moments, silences, error } = outcome
  const figures = Object.entries(counts).map(
    ([what, count]) => `<span><b>${count.toLocaleString('en')}</b> ${escape(what)}</span>`,
  )
  return `<section id="${escape(name)}">
  <h2>${mark(outcome.ok)} ${escape(name)}</h2>
  <p>${escape(title)}</p>
  <p class="figures">${figures.join('')}<span><b>${seconds(outcome.seconds * 1_000)}</b> in all</span><span>seed <b>${seed}</b></span></p>
  ${error === undefined ? '' : `<pre class="error">${escape(error)}</pre>`}
  ${drawTimeline(moments, silences, outcome.seconds * 1_000)}
  <details${outcome.ok ? '' : ' open'}><summary>${findings.length} invariants</summary>
  <table class="findings">${findings.map(findingRow).join('')}</table></details>
  <details><summary>${moments.length} moments</summary>
  <ol class="moments">${moments.map(({ at, what, kind }) => `<li class="${kind}"><time>${seconds(at)}</time> ${escape(what)}</li>`).join('')}</ol></details>
</section>`
}

function findingRow(finding: Outcome['findings'][number]): string {
  const { id, title, checked, breaches, examples } = finding
  const words = examples.map((example) => `<li>${escape(example)}</li>`).join('')
  return `<tr><td>${mark(breaches === 0)}</td><td><b>${escape(id)}</b></td><td>${escape(title)}${
    words && `<ul>${words}</ul>`
  }</td><td class="number">${breaches ? `${breaches.toLocaleString('en')} of ` : ''}${checked.toLocaleString('en')}</td></tr>`
}

function mark(ok: boolean): string {
  return ok
    ? '<span class="mark good" title="kept">✓</span>'
    : '<span class="mark bad" title="broken">✕</span>'
}
