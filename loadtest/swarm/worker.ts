/** A worker of a swarm: a thread or a process of its own, told by its driver what to do. */

import { parentPort } from 'node:worker_threads'
import { Counts } from './counts.ts'
import { Group } from './group.ts'
import type { FromWorker, GroupSpec, ToWorker } from './messages.ts'

const groups = new Map<number, Group>()
const startedWith = cpuMicros()
let network = 1

function say(message: FromWorker): void {
  if (parentPort) parentPort.postMessage(message)
  else process.send!(message)
}

function hear(message: ToWorker): void {
  switch (message.type) {
    case 'start':
      network = message.network
      return say({ type: 'ready', pid: process.pid })
    case 'join':
      return join(message.spec)
    case 'seats':
      return groups.get(message.group)?.seats(message.urls)
    case 'load': {
      const loaded = groups.get(message.spec.group)?.load(message.spec)
      return void loaded?.then(() => say({ type: 'loaded', id: message.id }))
    }
    case 'mark':
      for (const group of groups.values()) group.mark = message
      return
    case 'drop':
      return groups.get(message.group)?.drop(message.share)
    case 'read':
      return say({ type: 'answer', id: message.id, value: read(message) })
    case 'stop':
      for (const group of groups.values()) group.stop()
      // What is written leaves before the process does.
      setTimeout(() => process.exit(0), 50)
  }
}

function join(spec: GroupSpec): void {
  const { group } = spec
  const made = new Group({
    spec,
    network,
    need: (sockets) => say({ type: 'need', group, sockets }),
    joined: (failed) => say({ type: 'joined', group, failed }),
  })
  groups.set(group, made)
}

function read({ what, group }: Extract<ToWorker, { type: 'read' }>) {
  const of = [...groups].filter(([id]) => group === undefined || id === group).map(([, one]) => one)
  if (what === 'commands') return of.flatMap(({ commands }) => commands)
  if (what === 'witnesses') return of.flatMap((one) => (one.witness ? one.witnesses() : []))
  const sum = new Counts()
  for (const one of of) sum.add(one.read().portable())
  sum.figures.cpuSeconds = (cpuMicros() - startedWith) / 1e6
  return sum.portable()
}

/** Of this thread, or of this process. */
function cpuMicros(): number {
  const { user, system } = parentPort ? process.threadCpuUsage() : process.cpuUsage()
  return user + system
}

if (parentPort) parentPort.on('message', hear)
else process.on('message', hear).once('disconnect', () => process.exit(1))
