/**
 * A rolling restart of three nodes under 1,000 commands a second, gifts and danmaku: how many are lost or
 * applied twice, how long the answers take, how long a viewer waits for the next durable event, and
 * whether the sockets of the nodes that are not restarted stay open. `--rate 1000`, `--sockets 600`.
 */

import { Histogram } from '../swarm/histogram.ts'
import type { Bench } from './bench.ts'
import { Crowd } from './cluster-crowd.ts'
import { pause } from './cluster-stage.ts'

const nodes = 3
const givers = 300
const giftShare = 0.25
/** Of load before the first restart and between two, ms. */
const calmMs = 3_000

export const drain: Bench = (say, { rate = '1000', sockets = '600' }) => {
  const gifts = Number(rate) * giftShare
  const load = { gifts, lines: Number(rate) - gifts }
  return Crowd.gather({ nodes, viewers: Number(sockets), givers, ...load }, say, (crowd) =>
    restarts(crowd, say),
  )
}

async function restarts(crowd: Crowd, say: (line: string) => void) {
  const { stage } = crowd
  const pauses = new Histogram()
  const variants = []
  let [ofOthers, lostOfOthers] = [0, 0]
  crowd.begin()
  await pause(calmMs)
  for (let node = 0; node < nodes; node += 1) {
    const all = await crowd.whole()
    const { node: leader } = await stage.leader(crowd.room)
    const there = await stage.sockets(node)
    const before = await crowd.swarm.counts()
    crowd.swarm.mark(Infinity)
    await stage.nodes[node]!.stop()
    await stage.nodes[node]!.start()
    await crowd.whole()
    await pause(calmMs)
    const { delays, closes, figures } = await crowd.swarm.counts()
    const fell = sum(closes) - sum(before.closes)
    ofOthers += all - there
    lostOfOthers += Math.max(0, fell - there)
    pauses.add(delays.pause)
    variants.push({
      name: `n${node}${node === leader ? ', the leader' : ''}`,
      sockets: there,
      closed: fell,
      pauseP50Ms: delays.pause.percentile(0.5),
      pauseP99Ms: delays.pause.percentile(0.99),
      longestPauseMs: delays.pause.max,
      acked: figures.acked - before.figures.acked,
      askedAgain: figures.resent - before.figures.resent,
    })
    say(
      `restarted n${node}: ${there} sockets there, ${fell} closed, pause at most ${delays.pause.max} ms`,
    )
  }
  await crowd.quiet()
  const { figures, delays, closes, refused } = await crowd.swarm.counts()
  say(`closes ${JSON.stringify(closes)}, refusals ${JSON.stringify(refused)}`)
  const { lostGifts, lostLines, twice, seenTwice, unanswered, books } = await crowd.truth()
  for (const line of books) say(`books: ${line}`)
  return {
    variants,
    ratios: {
      'commands acknowledged': figures.acked,
      'gifts of them lost': lostGifts,
      'danmaku of them lost': lostLines,
      'commands applied twice': twice + seenTwice,
      'commands never answered': unanswered,
      'commands refused for good': figures.sent - figures.acked - unanswered,
      'answers p50, ms': delays.ack.percentile(0.5),
      'answers p99, ms': delays.ack.percentile(0.99),
      'slowest answer, ms': delays.ack.max,
      'pause of a viewer p99, ms': pauses.percentile(0.99),
      'longest pause of a viewer, ms': pauses.max,
      'sockets of other nodes kept, percent': (100 * (ofOthers - lostOfOthers)) / ofOthers,
      'numbered events missing at viewers': figures.missing,
      'breaches of the books': books.length,
    },
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
