import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Asker } from './context.ts'
import { Committer } from './committer.ts'
import { compileKind } from './compiled-kind.ts'
import { RoomActor } from './room-actor.ts'
import { RoomError } from './room-error.ts'
import { counterKind } from './testing/counter-kind.ts'
import { FaultyJournal, type Fault } from './testing/faulty-journal.ts'
import { ManualEnvironment } from './testing/manual-environment.ts'
import { PurseSettler } from './testing/purse-settler.ts'

const kind = compileKind(counterKind)
const key = 'live_a'
const start = 200

interface Outcome {
  readonly who: string
  readonly price: number
  answer?: unknown
  refused?: string
}

/**
 * Two nodes fight for one room while three people add and buy: every open fences the other node, which
 * goes on as a zombie until it notices. Clients repeat what was lost, under the same id.
 */
async function history(seed: number, forget: 'nothing' | 'window' = 'nothing') {
  const env = new ManualEnvironment(seed)
  const faults: readonly Fault[] = ['none', 'none', 'none', 'slow', 'refused', 'lost answer']
  const purse = new PurseSettler(start)
  if (forget === 'window') purse.answers.set = () => purse.answers
  const journal = new FaultyJournal({ settlers: [purse] }, () => pick(faults))
  const pick = <T>(from: readonly T[]): T => from[Math.floor(env.random() * from.length)]!
  const seen: { epoch: number; seq: number; type: string; data: any }[] = []
  const nodes: { committer: Committer; actor: RoomActor | undefined }[] = [1, 2].map(() => ({
    committer: new Committer(journal, { now: env.now }),
    actor: undefined,
  }))
  const take = async (node: (typeof nodes)[number]): Promise<RoomActor> => {
    const { committer } = node
    const owner = { node: 'n', incarnation: 'i' }
    const actor = await RoomActor.open({
      key,
      kind,
      journal,
      committer,
      env,
      owner,
    })
    actor.onLost(() => (node.actor = undefined))
    actor.listen({
      events({ epoch, firstSeq, events }) {
        for (const [index, { type, data }] of events.entries()) {
          if (firstSeq) seen.push({ epoch, seq: firstSeq + index, type, data })
        }
      },
      lost: () => undefined,
    })
    return (node.actor = actor)
  }
  const outcomes = new Map<string, Outcome>()
  const one = async (): Promise<void> => {
    const asker: Asker = { id: pick(['u_a', 'u_b', 'u_c']), name: 'x', roles: ['user'] }
    const id = env.newId()
    const price = 1 + Math.floor(env.random() * 30)
    const outcome: Outcome = { who: asker.id, price }
    outcomes.set(id, outcome)
    for (;;) {
      const node = pick(nodes)
      const actor = node.actor ?? (await take(node))
      try {
        outcome.answer = await actor.ask('counter.buy', { price }, asker, id)
        if (env.random() < 0.3) continue // the answer was lost on the way: ask again
        return
      } catch (error) {
        if (!(error instanceof RoomError)) throw error
        if (error.code === 'room.lost') continue
        outcome.refused = error.code
        return
      }
    }
  }
  for (let wave = 0; wave < 6; wave += 1) {
    await Promise.all(Array.from({ length: 5 }, one))
    env.advance(Math.floor(env.random() * 4_000))
  }
  const last = await take(nodes[0]!)
  const { view, position } = await last.view({ id: 'u_a', name: 'x', roles: ['user'] })
  return { outcomes, seen, position, purse, bought: (view.counter as { bought: number }).bought }
}

function check({
  outcomes,
  seen,
  position,
  purse,
  bought,
}: Awaited<ReturnType<typeof history>>): void {
  const paid = [...outcomes.values()].filter(({ answer }) => answer !== undefined)
  const total = paid.reduce((sum, { price }) => sum + price, 0)
  assert.equal(bought, total, 'what was answered is in the room once')
  for (const who of ['u_a', 'u_b', 'u_c']) {
    const spent = paid.reduce((sum, one) => sum + (one.who === who ? one.price : 0), 0)
    assert.equal(purse.balances.get(who) ?? start, start - spent, 'and was paid for once')
    assert.ok(spent <= start)
  }
  assert.equal(position.seq, paid.length, 'one number each, none left out')
  const bySeq = new Map<number, string>()
  for (const { seq, data } of seen) {
    const shown = bySeq.get(seq)
    assert.ok(shown === undefined || shown === JSON.stringify(data), 'one order for everybody')
    bySeq.set(seq, JSON.stringify(data))
  }
  let epoch = 0
  for (const event of [...seen].sort((a, b) => a.seq - b.seq)) {
    assert.ok(event.epoch >= epoch, 'an older owner never writes behind a newer one')
    epoch = event.epoch
  }
}

test('[KE28] over faults, takeovers and repetitions every command has one effect, one number and one payment', async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    try {
      check(await history(seed))
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
})

test('[KE28] the check catches a settler that forgets its ids', async () => {
  let caught = 0
  for (let seed = 1; seed <= 20; seed += 1) {
    await history(seed, 'window')
      .then(check)
      .catch(() => (caught += 1))
  }
  assert.ok(caught > 0)
})
