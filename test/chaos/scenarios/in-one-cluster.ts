/** Several scenarios after each other in one cluster, each in a room of its own: cheaper than a cluster for each. */

import type { StageOptions } from '../stage/stage.ts'
import type { Scenario } from './scenario.ts'

export function inOneCluster(scenarios: readonly Scenario[], stage: StageOptions): Scenario {
  return {
    name: 'in-one-cluster',
    title: scenarios.map(({ title }) => title).join('; '),
    stage,
    run: async (open, options) => {
      for (const [index, scenario] of scenarios.entries()) {
        if (index > 0) {
          await options.nextRoom()
          await open.newRoom()
        }
        open.timeline.note(`scenario ${scenario.name}`)
        for (const finding of (await scenario.run(open, options)) ?? []) options.tally.find(finding)
      }
    },
  }
}
