/** What `npm run loadtest` says about itself. */

import { bugs } from '../bugs/bugs.ts'
import { scenarios } from '../scenarios/index.ts'

export function helpText(): string {
  const names = [...scenarios.values()].map(({ name, about }) => `  ${name.padEnd(16)} ${about}`)
  return `npm run loadtest -- SCENARIO [option…]
npm run loadtest -- compare BEFORE.json AFTER.json

${names.join('\n')}

  --viewers N            sockets that watch
  --rooms N              rooms that they are in
  --rate N               main action of the scenario a second, over all rooms
  --rate gifts=N         of danmaku, gifts, likes or joins; may be given several times
  --ramp T               over which the viewers come, e.g. 10s
  --duration T           of the load, e.g. 60s or 5m
  --threshold 'M<L'      what must hold, e.g. 'ack.p99<200ms', 'refused<1%', 'server.memory<500MB';
                         may be given several times and replaces those of the scenario
  --seed N               of arrivals and texts, default 1
  --senders N            accounts that send
  --witnesses N          sockets of each room that read everything, default 2
  --url http://HOST:PORT a running platform; without it one is started for the run:
  --postgres             on a Postgres of this machine instead of PGlite
  --postgres-url URL     on that Postgres server, in a database of its own
  --cluster N            as N nodes on Postgres and Redis
  --workers N            processes that hold the viewers
  --report DIR           where the report goes, default data/load
  --metrics-token TOKEN  what /metrics of a running platform asks for
  --bug NAME             plants a defect before the platform, to see that it is found:
${Object.keys(bugs)
  .map((name) => `                           '${name}'`)
  .join('\n')}
  --json                 the report on stdout
  --quiet                says nothing but what went wrong

Exit code: 0 well, 1 a threshold was missed, 2 the command is wrong, 3 something is wrong with the platform.`
}
