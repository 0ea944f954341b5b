/** A run as a line: when harm was done, when it was over, and how long people heard nothing. */

import type { Silence } from '../stage/recovery.ts'
import type { Moment } from '../stage/timeline.ts'
import { escape, seconds } from './style.ts'

const width = 1_000
const height = 64
const axisY = 34

/** Begins shortly before the first harm: until then only a cluster starts. */
export function drawTimeline(
  moments: readonly Moment[],
  silences: readonly Silence[],
  totalMs: number,
): string {
  const first = moments.find(({ kind }) => kind === 'fault')?.at ?? 0
  const from = Math.max(0, first - (totalMs - first) / 12)
  const x = (ms: number): string => (((ms - from) / (totalMs - from)) * width).toFixed(1)
  const wide = (ms: number): string => ((ms / (totalMs - from)) * width).toFixed(1)
  const harms = periods(moments).map(
    ([start, end = totalMs]) =>
      `<rect class="hurt" x="${x(start)}" y="8" width="${wide(end - start)}" height="26"/>`,
  )
  const ticks = moments
    .filter(({ kind }) => kind !== 'note')
    .map(
      ({ at, what, kind }) =>
        `<line class="at-${kind}" x1="${x(at)}" x2="${x(at)}" y1="8" y2="${axisY}"><title>${escape(`${seconds(at)}: ${what}`)}</title></line>`,
    )
  const hushes = silences.map(
    ({ faultAt, longest }) =>
      `<rect class="hush" x="${x(faultAt)}" y="38" width="${wide(Math.min(longest, totalMs - faultAt))}" height="6" rx="3"><title>${escape(`the last one heard nothing for ${seconds(longest)}`)}</title></rect>`,
  )
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Timeline of the run">
  <line class="axis" x1="0" x2="${width}" y1="${axisY}" y2="${axisY}"/>
  ${harms.join('')}${ticks.join('')}${hushes.join('')}
  <text x="0" y="60">${seconds(from)}</text><text x="${width}" y="60" text-anchor="end">${seconds(totalMs)}</text>
  <text x="${width / 2}" y="60" text-anchor="middle">orange: harm · blue: over · grey: longest silence at a client</text>
</svg>`
}

/** From each harm to the next word that it is over. */
function periods(moments: readonly Moment[]): [from: number, to: number | undefined][] {
  const found: [number, number | undefined][] = []
  let from: number | undefined
  for (const { at, kind } of moments) {
    if (kind === 'fault') from ??= at
    if (kind !== 'heal' || from === undefined) continue
    found.push([from, at])
    from = undefined
  }
  if (from !== undefined) found.push([from, undefined])
  return found
}
