/** The look of the report, and how it writes values. */

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** `ms` as people read it. */
export function seconds(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`
}

export const style = `
:root { color-scheme: light dark; --ground: #fbfaf8; --card: #fff; --ink: #22201d; --quiet: #6d6861;
  --line: #e4e0d9; --good: #1a7f4b; --bad: #c2352b; --fault: #d9672f; --heal: #2f7fd9; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #161514; --card: #1f1e1c; --ink: #ece8e1; --quiet: #a29c93; --line: #35322e;
    --good: #4cc38a; --bad: #ff7369; --fault: #f0905c; --heal: #6cb0ff; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif; }
header, main { max-width: 1080px; margin: 0 auto; padding: 0 20px }
header { padding-top: 36px }
h1 { font-size: 28px; line-height: 1.2; margin: 4px 0 8px } h2 { font-size: 18px; margin: 0 }
.brand { color: var(--quiet); letter-spacing: .08em; text-transform: uppercase; font-size: 12px; margin: 0 }
.quiet { color: var(--quiet); margin: 0 0 20px } code { font-size: 13px }
.good { color: var(--good) } .bad { color: var(--bad) } h1.good { color: var(--ink) }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 0 0 20px }
.totals div, section, .scroll { background: var(--card); border: 1px solid var(--line); border-radius: 10px }
.totals div { padding: 12px 16px } dd { margin: 0; font-size: 24px; font-weight: 600; font-variant-numeric: tabular-nums }
dt { color: var(--quiet); font-size: 13px }
.scroll { overflow-x: auto; margin-bottom: 28px }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-size: 13px; font-weight: 500; color: var(--quiet) }
th, td { padding: 7px 10px; border-top: 1px solid var(--line); vertical-align: top }
thead th { border-top: 0 }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
a { color: inherit; text-decoration-color: var(--quiet); text-underline-offset: 3px; white-space: nowrap }
.absent { color: var(--quiet) }
section { padding: 18px 20px; margin-bottom: 16px; scroll-margin-top: 12px }
section p { margin: 4px 0 12px }
.figures { display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--quiet) } .figures b { color: var(--ink) }
details { margin-top: 10px } summary { cursor: pointer; color: var(--quiet) }
.findings td:first-child { width: 32px } .findings ul { margin: 4px 0 0; padding-left: 18px; color: var(--bad); overflow-wrap: anywhere }
.moments { list-style: none; margin: 8px 0 0; padding: 0; max-height: 420px; overflow: auto }
.moments li { padding: 2px 0 } .moments time { display: inline-block; width: 84px; color: var(--quiet); font-variant-numeric: tabular-nums }
.moments .fault { color: var(--fault) } .moments .heal { color: var(--heal) }
.letters { display: flex; gap: 8px; font-size: 12px; font-weight: 600; letter-spacing: .02em } .letters .bad { text-decoration: underline }
.mark { font-weight: 700 } .error { white-space: pre-wrap; color: var(--bad); overflow-wrap: anywhere }
svg { display: block; width: 100%; height: auto; margin: 4px 0 } svg text { fill: var(--quiet); font: 11px system-ui, sans-serif }
.axis { stroke: var(--line); stroke-width: 2 } .hurt { fill: var(--fault); opacity: .18 }
.at-fault { stroke: var(--fault); stroke-width: 2 } .at-heal { stroke: var(--heal); stroke-width: 2 }
.hush { fill: var(--quiet); opacity: .55 }
@media print { details { display: block } }
`
