/** kill -9 of random nodes, again and again, in a cluster that lives on. */

import type { ChaosNode } from '../stage/chaos-cluster.ts'
import type { Stage } from '../stage/stage.ts'
import type { Scenario } from './scenario.ts'

/** After so many rounds the room is judged and the next one begins. */
const batch = 25

export const kills: Scenario = {
  name: 'kills',
  title: 'kill -9 of random nodes in bursts of gifts; killed nodes come back at once',
  stage: { lease: 2 },
  run: async (stage, { rounds, goesOn, nextRoom, tally }) => {
    let round = 0
    let killed = 0
    const more = (): boolean => round < rounds && goesOn()
    for (let first = true; first || more(); first = false) {
      if (!first) {
        await nextRoom()
        await stage.newRoom()
      }
      const burst = stage.burst(60)
      for (let turn = 0; turn < batch && more(); turn += 1) {
        round += 1
        await burst.more(stage.random.between(5, 60))
        const victims = choose(stage)
        stage.timeline.fault(`round ${round}: kill -9 ${victims.map(({ id }) => id).join(' and ')}`)
        await Promise.all(victims.map(({ process }) => process.kill()))
        killed += victims.length
        await Promise.all(victims.map(({ process }) => process.start()))
        stage.timeline.heal('back')
        await burst.everybody()
      }
      await burst.end()
      const breaches = tally.findings.reduce((sum, finding) => sum + finding.breaches, 0)
      const answers = tally.counts['acknowledged'] ?? 0
      stage.timeline.note(
        `${killed} kills in ${round} rounds; judged so far: ${answers} answers, ${breaches} breaches`,
      )
    }
    tally.counts['rounds'] = round
    tally.counts['kills'] = killed
  },
}

/** One node, or in one of ten rounds two at once. */
function choose({ nodes, random }: Stage): readonly ChaosNode[] {
  const first = random.pick(nodes)
  if (!random.chance(0.1)) return [first]
  return [first, random.pick(nodes.filter((node) => node !== first))]
}
