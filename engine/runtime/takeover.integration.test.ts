import { test, type TestContext } from 'node:test'
import assert from 'node:assert/strict'
import { roomChannel } from '../cluster/spread-frame.ts'
import type { RawClient } from './testing/raw-client.ts'
import { startCluster, type TestCluster } from './testing/start-cluster.ts'
import { eventually, user } from './testing/start-engine.ts'

const room = 'live_a'

function rule(title: string, body: (t: TestContext) => Promise<void>): void {
  void test(title, { timeout: 60_000 }, body)
}

async function start(t: TestContext, count: number): Promise<TestCluster> {
  const cluster = await startCluster(count)
  t.after(() => cluster.stop())
  return cluster
}

const notes = (client: RawClient): string[] =>
  client.events('m').map(([, data]: any) => data.text as string)

/** What a client was told since it came, by events or, where a snapshot has taken their place, by a view. */
function known(client: RawClient): string[] {
  const { seq, missed, view } = client.all('w').at(-1)!
  const told = missed?.map(([, data]: any) => data.text as string)
  const later = client.all('m').filter(([, firstSeq]) => firstSeq > seq)
  const texts = later.flatMap(([, , events]) => events.map(([, data]: any) => data.text as string))
  return [...(told ?? (view!['chat'] as { notes: string[] }).notes), ...texts]
}

rule('[CL55] who has seen more than a relay waits for it, and is told nothing twice', async (t) => {
  const { nodes } = await start(t, 2)
  const [a, b] = [await nodes[0]!.join(room, user('ada')), await nodes[1]!.join(room, user('bob'))]
  await Promise.all([a.welcome(), b.welcome()])
  await a.ask('chat.note', { text: 'one' })
  await b.until(() => notes(b).length === 1)
  // Neither this relay learns more, nor one that takes its place.
  const lost = [roomChannel(room), 'node:n1']
  nodes[1]!.bus.lose = (channel) => lost.includes(channel)
  await a.ask('chat.note', { text: 'two' })
  await a.until(() => notes(a).length === 2)
  const back = await nodes[1]!.join(room, user('ada'), '1.2')
  await back.until(() => back.messages.some(({ type }) => type === 'joined'))
  // Who has seen no more than the relay is served after her, as long as the relay stands.
  const other = await nodes[1]!.join(room, user('eve'), '1.0')
  const { relays } = nodes[1]!.cluster
  await eventually(() => other.all('w').length > 0 || !relays.peek(room))
  assert.equal(back.all('w').length, 0)
  nodes[0]!.crash()
  relays.lose(room, 'n0') // as its silence would in two seconds
  const { epoch, seq, recovered, missed } = await back.welcome()
  assert.deepEqual([epoch, seq, recovered, missed], [2, 2, true, []])
  await back.ask('chat.note', { text: 'three' })
  await other.welcome()
  for (const client of [b, back, other]) await client.until(() => known(client).includes('three'))
  assert.deepEqual(known(b), ['one', 'two', 'three'])
  assert.deepEqual(known(back), ['three'])
  assert.deepEqual(known(other), ['one', 'two', 'three'])
  nodes[1]!.bus.lose = () => false
})

rule(
  '[CL58] a node without an instance gives seats while the room waits for its next leader',
  async (t) => {
    const { nodes } = await start(t, 3)
    const a = await nodes[0]!.join(room, user('ada'))
    await a.welcome()
    for (const text of ['one', 'two']) await a.ask('chat.note', { text })
    await a.until(() => notes(a).length === 2)
    nodes[0]!.bus.cut = true // its lease is not over yet
    await eventually(() => nodes[1]!.cluster.peers.list().length === 2)
    const early = await nodes[1]!.join(room, user('ada'), '1.1')
    const fresh = await nodes[1]!.join(room, user('eve'))
    for (const client of [early, fresh])
      await client.until(() => client.messages.some(({ type }) => type === 'joined'))
    assert.deepEqual([early.all('w').length, fresh.all('w').length], [0, 0])
    const asked = early.ask('chat.note', { text: 'three' })
    nodes[0]!.crash()
    const { epoch, recovered, missed, seq } = await early.welcome()
    assert.deepEqual([epoch, recovered], [2, true])
    assert.equal((await asked)[1], 'ok')
    await early.until(() => notes(early).length + missed!.length === 2)
    assert.deepEqual(
      [...missed!.map(([, data]: any) => data.text), ...notes(early)],
      ['two', 'three'],
    )
    const view = (await fresh.welcome()).view as any
    await fresh.until(() => view.chat.notes.length + notes(fresh).length === 3)
    assert.ok(seq >= 2)
    // Who comes to the third node, which follows the new leader, resumes there too.
    const third = await (await nodes[2]!.join(room, user('bob'), '1.0')).welcome()
    assert.deepEqual([third.recovered, third.missed!.length], [true, 3])
  },
)

rule(
  '[CL56] who comes back to a relay that was not there before resumes by position',
  async (t) => {
    const { nodes } = await start(t, 2)
    const a = await nodes[0]!.join(room, user('ada'))
    await a.welcome()
    for (const text of ['one', 'two', 'three']) await a.ask('chat.note', { text })
    const back = await nodes[1]!.join(room, user('bob'), '1.1')
    const { recovered, missed } = await back.welcome()
    assert.equal(recovered, true)
    assert.deepEqual(
      missed!.map(([, data]: any) => data.text),
      ['two', 'three'],
    )
    assert.ok(nodes[0]!.local.holds(room))
  },
)
