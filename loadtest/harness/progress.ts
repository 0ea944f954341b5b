/** What is told while a run goes on: one line that changes on a terminal, plain lines elsewhere. */

import type { Figures, Row } from './figures.ts'

export interface Progress {
  say(line: string): void
  /** A second of the load, of `seconds`. */
  row(row: Row, figures: Figures, seconds: number): void
  /** A second before it. */
  ramp(row: Row): void
  end(): void
}

/** Seconds between two lines where nobody looks on. */
const everySeconds = 5

const silent: Progress = {
  say: () => undefined,
  row: () => undefined,
  ramp: () => undefined,
  end: () => undefined,
}

export function progressTo(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (quiet) return silent
  let open = false
  const clear = (): void => {
    if (open) stream.write('\r\x1b[K')
    open = false
  }
  const show = (t: number, line: string): void => {
    if (stream.isTTY) {
      clear()
      stream.write(line.slice(0, (stream.columns || 120) - 1))
      open = true
    } else if (Math.round(t) % everySeconds === 0) stream.write(`${line}\n`)
  }
  return {
    say(line) {
      clear()
      stream.write(`${line}\n`)
    },
    row: (row, figures, seconds) => show(row.t, lineOf(row, figures, seconds)),
    ramp: ({ t, levels, times }) => {
      const viewers = `  ${Math.round(levels['viewers'] ?? 0)} viewers`
      const join = times['join'] ? `, join p99 ${times['join'].p99.toFixed(0)} ms` : ''
      show(t, `${viewers}${join}, server ${percent(levels['server.cpu'] ?? 0)}`)
    },
    end: clear,
  }
}

function lineOf({ t, counts, levels, times }: Row, figures: Figures, seconds: number): string {
  const of = (metric: string): number => counts[metric] ?? 0
  const parts = [
    `${clock(t)} of ${clock(seconds)}`,
    `${Math.round(levels['viewers'] ?? 0)} viewers`,
    `${of('offered')}/s offered, ${of('accepted')} taken, ${of('refused')} refused`,
    `${short(of('delivered'))} delivered`,
    times['ack'] ? `ack p99 ${times['ack'].p99.toFixed(0)} ms` : '',
    times['fanout.must'] ? `fan-out p99 ${times['fanout.must'].p99.toFixed(0)} ms` : '',
    levels['server.cpu'] === undefined ? '' : `server ${percent(levels['server.cpu'])}`,
    figures.total('gaps') ? `${figures.total('gaps')} GAPS` : '',
  ]
  return parts.filter(Boolean).join(' · ')
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function short(count: number): string {
  if (count < 10_000) return String(count)
  return count < 1e6 ? `${(count / 1e3).toFixed(0)}k` : `${(count / 1e6).toFixed(1)}M`
}
