/** Commands a second through decide, evolve and encode on one core, with the journal in memory. */

import { uuidv7 } from 'uuidv7'
import { Committer } from '../../engine/kernel/committer.ts'
import { compileKind } from '../../engine/kernel/compiled-kind.ts'
import { systemAsker, type Asker } from '../../engine/kernel/context.ts'
import type { RoomEvent } from '../../engine/kernel/journal.ts'
import type { Kind } from '../../engine/kernel/kind.ts'
import { MemoryJournal, type MemorySettler } from '../../engine/kernel/memory-journal.ts'
import { RoomActor } from '../../engine/kernel/room-actor.ts'
import { RoomCore } from '../../engine/kernel/room-core.ts'
import { counterKind } from '../../engine/kernel/testing/counter-kind.ts'
import { systemEnvironment } from '../../engine/runtime/environment.ts'
import { encode } from '../../engine/wire/codec.ts'
import { liveKind } from '../../rooms/kinds/live.ts'
import { FakeGiftSettler } from '../../rooms/testing/fake-gift-settler.ts'
import type { Bench, BenchResult } from './bench.ts'

/** Does so many commands, each with an id of its own, and ends when all are answered. */
type Work = (ids: readonly string[]) => Promise<void> | void

const rounds = 3
const commands = 40_000
/** Events in one frame, as at 50 ms a tick and 400 commands a second. */
const perFrame = 20
const inFlight = 200

const env = systemEnvironment((error) => {
  throw error
})
const asker: Asker = { id: 'u_bench', name: 'bench', roles: ['user'] }

/** Every variant takes the same commands in turn; the figure is the median of the rounds. */
export const kernel: Bench = async (say) => {
  const variants: { name: string; work: Work }[] = [
    { name: 'plain object in a loop', work: plainObject() },
    { name: 'room core', work: roomCore() },
    { name: 'room actor, immediate', work: counter('counter.peek', {}) },
    { name: 'room actor, committed', work: counter('counter.add', { by: 1 }) },
    { name: 'room actor, danmaku.send', work: liveRoom('danmaku.send', line) },
    {
      name: 'room actor, gift.send',
      work: liveRoom('gift.send', () => ({ gift: 'flower', count: 1 })),
    },
  ]
  const rates = new Map<string, number[]>(variants.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const { name, work } of variants) {
      const ids = Array.from({ length: commands }, () => uuidv7())
      const started = performance.now()
      await work(ids)
      const rate = commands / ((performance.now() - started) / 1000)
      // The first round is for the compiler.
      if (round > 0) rates.get(name)?.push(rate)
    }
    say(round === 0 ? 'warmed up' : `round ${round} of ${rounds}`)
  }
  return summary(new Map([...rates].map(([name, all]) => [name, median(all)])))
}

function summary(rates: ReadonlyMap<string, number>): BenchResult {
  const plain = rates.get('plain object in a loop') ?? Number.NaN
  const ours = [...rates].filter(([name]) => name.startsWith('room'))
  return {
    variants: [...rates].map(([name, perSecond]) => ({
      name,
      commandsPerSecond: Math.round(perSecond),
      microsecondsEach: 1e6 / perSecond,
    })),
    ratios: Object.fromEntries(
      ours.map(([name, rate]) => [`${name} / plain object`, rate / plain]),
    ),
  }
}

/** What a hand-written room does at least: check, change, tell. No order, rights, ids or durability. */
function plainObject(): Work {
  const room = { total: 0, additions: 0 }
  return (ids) => {
    const frames = new Frames()
    for (const id of ids) {
      const input: unknown = { by: 1 }
      const { by } = input as { by: unknown }
      if (typeof by !== 'number' || by < 1 || by > 1000) throw new Error(`${id} is not valid`)
      room.total += by
      room.additions += 1
      frames.add([{ type: 'counter.added', data: { by, total: room.total }, at: Date.now() }])
    }
    frames.end(ids.length)
  }
}

function roomCore(): Work {
  const kind = compileKind(counterKind)
  return (ids) => {
    const core = new RoomCore(kind, env)
    const frames = new Frames()
    const command = kind.commands.get('counter.add')
    if (command === undefined) throw new Error('the kind has no counter.add')
    for (const id of ids) {
      const input = { by: 1 }
      command.check(input)
      const ask = { command, input, asker, id }
      core.permit(ask)
      const { events } = core.decide(ask)
      for (const event of events) core.evolve(event)
      frames.add(events)
    }
    frames.end(ids.length)
  }
}

const line = (index: number) => ({ text: `line ${index}` })

function counter(command: string, input: unknown): Work {
  return roomActor({ kind: counterKind, command, input: () => input, asker: () => asker })
}

interface ActorWork {
  readonly kind: Kind
  readonly settlers?: () => MemorySettler[]
  /** Brings the fresh room to where the commands make sense. */
  readonly prepare?: (actor: RoomActor) => Promise<unknown>
  readonly command: string
  readonly input: (index: number) => unknown
  readonly asker: (index: number) => Asker
}

/** A fresh room each round, so that all rounds meet the same one. */
function roomActor(options: ActorWork): Work {
  const kind = compileKind(options.kind)
  const owner = { node: 'bench', incarnation: uuidv7() }
  return async (ids) => {
    const journal = new MemoryJournal({ settlers: options.settlers?.() ?? [] })
    const committer = new Committer(journal)
    const actor = await RoomActor.open({ key: 'live_bench', kind, journal, committer, env, owner })
    await options.prepare?.(actor)
    const frames = new Frames()
    const stop = actor.listen({
      events: ({ events }) => frames.add(events),
      lost: () => undefined,
    })
    let next = 0
    const sender = async () => {
      for (let i = next++; i < ids.length; i = next++) {
        await actor.ask(options.command, options.input(i), options.asker(i), ids[i] ?? '')
      }
    }
    await Promise.all(Array.from({ length: inFlight }, sender))
    stop()
    await actor.close()
    frames.end(ids.length)
  }
}

/** A live room on the air with 1,000 people in it. */
function liveRoom(command: string, input: (index: number) => unknown): Work {
  const people = Array.from({ length: 1000 }, (_, i) => ({ ...asker, id: `u_${i}`, name: `n${i}` }))
  return roomActor({
    kind: liveKind,
    settlers: () => [new FakeGiftSettler()],
    prepare: async (actor) => {
      const host = { id: 'u_host', name: 'Host' }
      const show = { title: 'Bench', category: 'music', host }
      await actor.ask('live.create', show, systemAsker, uuidv7())
      const started = { stream: 's1', at: Date.now() }
      await actor.ask('live.streamStarted', started, systemAsker, uuidv7())
    },
    command,
    input,
    asker: (index) => people[index % people.length] ?? asker,
  })
}

/** Encodes events as the room's frames are: many at a time, once for all who look. */
class Frames {
  #waiting: RoomEvent[] = []
  #seen = 0

  add(events: readonly RoomEvent[]): void {
    for (const event of events) {
      this.#waiting.push(event)
      if (this.#waiting.length === perFrame) this.#flush()
    }
  }

  /** Throws unless exactly so many events came by: a benchmark that drops work measures nothing. */
  end(expected: number): void {
    this.#flush()
    if (this.#seen !== expected) throw new Error(`${this.#seen} events instead of ${expected}`)
  }

  #flush(): void {
    if (this.#waiting.length === 0) return
    const events = this.#waiting.map(({ type, data, at }) => [type, data, at])
    encode([1, this.#seen + 1, events])
    this.#seen += this.#waiting.length
    this.#waiting = []
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
