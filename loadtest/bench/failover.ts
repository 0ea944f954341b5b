/**
 * kill -9 of the node that leads a room of 2,000 viewers on three nodes, again and again: how long until
 * each viewer gets the next durable event, whether viewers of the other nodes keep their sockets, and
 * whether anything that was acknowledged is gone. `--rounds 50`, `--sockets 2000`.
 */

import { Histogram } from '../swarm/histogram.ts'
import type { Bench, Variant } from './bench.ts'
import { Crowd } from './cluster-crowd.ts'
import { pause } from './cluster-stage.ts'
import { Timeline } from './cluster-timeline.ts'

const nodes = 3
const givers = 60
const giftsPerSecond = 30
/** Of gifts before each kill, ms. */
const calmMs = 1_000

export const failover: Bench = (say, { rounds = '10', sockets = '2000' }) => {
  const load = { gifts: giftsPerSecond, lines: 0 }
  return Crowd.gather({ nodes, viewers: Number(sockets), givers, ...load }, say, (crowd) =>
    kills(crowd, Number(rounds), say),
  )
}

async function kills(crowd: Crowd, rounds: number, say: (line: string) => void) {
  const { stage } = crowd
  const kept = new Histogram()
  const back = new Histogram()
  const worst: number[] = []
  let [ofRelays, lostOfRelays] = [0, 0]
  crowd.begin()
  for (let round = 1; round <= rounds; round += 1) {
    const all = await crowd.whole()
    await pause(calmMs)
    const led = await stage.leader(crowd.room)
    const { node } = led
    const there = await stage.sockets(node)
    const line = new Timeline(stage)
    crowd.swarm.mark(led.epoch, line.started)
    await stage.nodes[node]!.kill()
    await line.killed(crowd.room, led)
    const { delays } = await crowd.until(
      'each viewer has an event of the next leader',
      ({ delays: { mark, back: returned } }) => mark.count + returned.count === all,
    )
    line.stop()
    await stage.nodes[node]!.start()
    ofRelays += all - there
    lostOfRelays += all - there - delays.mark.count
    kept.add(delays.mark)
    back.add(delays.back)
    worst.push(Math.max(delays.mark.max, delays.back.max))
    say(
      `round ${round}: n${node} led with ${there} of ${all} sockets; lease over after ` +
        `${line.leaseOver.toFixed(0)} ms, n${line.leader} leads after ${line.led} ms; ` +
        `relays ${percentiles(delays.mark)}; seats ${percentiles(line.seats)}; ` +
        `returned ${percentiles(delays.back)}`,
    )
  }
  await crowd.quiet()
  const { figures, closes, failures } = await crowd.swarm.counts()
  say(`closes ${JSON.stringify(closes)}, failures ${JSON.stringify(failures)}`)
  const { lostGifts, twice, seenTwice, unanswered, books } = await crowd.truth()
  for (const line of books) say(`books: ${line}`)
  const variants: Variant[] = [
    { name: 'viewers of relays', ...spread(kept) },
    { name: 'viewers of the killed node', ...spread(back) },
  ]
  return {
    variants,
    ratios: {
      'kills of the leader': rounds,
      'viewers of relays that kept their socket, percent':
        (100 * (ofRelays - lostOfRelays)) / ofRelays,
      'gifts acknowledged': figures.acked,
      'of them lost': lostGifts,
      'gifts twice in the history or at a viewer': twice + seenTwice,
      'gifts never answered': unanswered,
      'numbered events missing at viewers': figures.missing,
      'returns without every event missed': figures.returns - figures.recovered,
      'breaches of the books': books.length,
    },
  }
}

function spread(delays: Histogram) {
  return {
    events: delays.count,
    p50Ms: delays.percentile(0.5),
    p99Ms: delays.percentile(0.99),
    maxMs: delays.max,
  }
}

function percentiles(delays: Histogram): string {
  const ms = (share: number): string => delays.percentile(share).toFixed(0)
  return `p50 ${ms(0.5)}, p99 ${ms(0.99)} ms`
}
