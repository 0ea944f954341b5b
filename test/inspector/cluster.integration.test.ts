/** The inspector over a cluster of processes: an administrator on one node, a room that another one leads. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Client, LiveRoom } from '../../sdk/index.ts'
import { chromiumMissing, openChromium } from '../support/browser.ts'
import { password, register, uniqueName, until } from '../support/people.ts'
import { startPlazaCluster } from '../support/plaza-cluster.ts'
import { clusterMissing } from '../support/platforms.ts'

const built = fileURLToPath(new URL('../../web/dist/index.html', import.meta.url))
const shots = process.env['PLAZA_TEST_SHOTS']

interface Viewer {
  readonly room: LiveRoom
  readonly lines: string[]
  readonly statuses: string[]
  readonly audiences: number[]
}

async function watch(client: Client, live: string): Promise<Viewer> {
  const room = await client.live.join(live)
  const viewer: Viewer = { room, lines: [], statuses: [], audiences: [] }
  room.on('danmaku', (batch) => viewer.lines.push(...batch.map(({ text }) => text)))
  room.on('status', (status) => viewer.statuses.push(status))
  room.on('event', ({ type, data }) => {
    if (type === 'audience.changed') viewer.audiences.push(data.count)
  })
  return viewer
}

async function shoot(page: Page, name: string): Promise<void> {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}

async function doIt(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await dialog.getByRole('button', { name: 'Do it' }).click()
  await dialog.waitFor({ state: 'detached' })
}

test(
  '[IN24] from one node an administrator sees, watches, moves and drains what others lead, and nobody falls out',
  { skip: clusterMissing || chromiumMissing, timeout: 240_000 },
  async (t) => {
    assert.ok(existsSync(built), 'web/dist is built: npm test does it')
    const cluster = await startPlazaCluster(3)
    const ended: (() => Promise<unknown> | void)[] = [() => cluster.dispose()]
    t.after(async () => {
      for (const end of ended.toReversed()) await end()
    })
    const [here, there, third] = cluster.nodes
    const admin = await register(here!.endpoint, uniqueName('x'))
    const token = cluster.nodes
      .map(({ output }) => /token=([\w-]+)/.exec(output)?.[1])
      .find(Boolean)
    const boss = uniqueName('boss')
    await admin.auth.firstAdmin({ token: token!, name: boss, password })
    ended.push(() => admin.close())

    const host = await register(there!.endpoint, uniqueName('host'))
    ended.push(() => host.close())
    const live = await host.live.create({ title: 'Led elsewhere', category: 'music' })
    const viewers = [await watch(host, live.id)]
    for (const { endpoint } of [here!, third!]) {
      const fan = await register(endpoint, uniqueName('fan'))
      ended.push(() => fan.close())
      viewers.push(await watch(fan, live.id))
    }
    const [own, near, far] = viewers as [Viewer, Viewer, Viewer]
    const say = async (from: Viewer, text: string): Promise<void> => {
      await from.room.danmaku.send(text).acked
      await until(`all read ${text}`, () => viewers.every(({ lines }) => lines.includes(text)))
    }
    const counted = (count: number) => () =>
      viewers.every(({ room }) => room.view.audience.count === count)
    await until('all are counted', counted(3))

    const nodes = await until('all answer', async () => {
      const told = await admin.admin.nodes()
      return told.length === 3 && told.every(({ silent }) => !silent) ? told : undefined
    })
    assert.deepEqual(
      nodes.map((node) => [node.id, !node.silent && node.leaseHeld, (node.leaseMs ?? 0) > 0]),
      ['n0', 'n1', 'n2'].map((id) => [id, true, true]),
    )
    const room = await admin.admin.room(live.room)
    assert.deepEqual([room.node, room.clients.total, room.sockets], ['n1', 3, 3])
    assert.deepEqual(room.relayedBy.map(({ node, sockets }) => [node, sockets]).toSorted(), [
      ['n0', 1],
      ['n2', 1],
    ])
    assert.deepEqual([...room.nodes].toSorted(), ['n0', 'n1', 'n2'])
    const list = await admin.admin.rooms()
    assert.deepEqual(
      list.items.map(({ key, node, relays }) => [key, node, relays]),
      [[live.room, 'n1', 2]],
    )
    assert.deepEqual([list.missing, list.total], [[], 1])

    const browser = await openChromium()
    ended.push(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en' })
    const errors: string[] = []
    page.on('pageerror', ({ message }) => void errors.push(message))
    await page.goto(`${here!.endpoint}/sign-in`)
    await page.locator('form input').first().fill(boss)
    await page.locator('form input[type="password"]').fill(password)
    await page.locator('form button[type="submit"]').click()
    await page.locator('nav a[href="/admin"]').click()
    await page.locator('[data-node="n2"]').waitFor()
    await page.locator(`tr[data-room="${live.room}"]`).waitFor()
    await shoot(page, 'cluster-nodes')

    await page.locator(`tr[data-room="${live.room}"] a`).click()
    await page.locator('[data-testid="relays"] tbody tr').nth(2).waitFor()
    // Lines are traced from the moment on at which somebody asked for the trace.
    await page.locator('ol[aria-label="Live trace"]').waitFor()
    await say(far, 'seen in the trace')
    await page.getByText('seen in the trace').first().waitFor()

    // Unseen: the picture of the room, and three people in it as before.
    await page.getByRole('button', { name: 'Join unseen' }).click()
    await doIt(page, 'a report')
    await say(own, 'read by one more')
    await page.locator('[data-testid="watched-chat"]').getByText('read by one more').waitFor()
    const unseen = await admin.admin.room(live.room)
    assert.deepEqual([unseen.clients.total, unseen.audience], [4, 3])
    assert.equal(unseen.clients.items.filter(({ roles }) => roles.includes('unseen')).length, 1)
    await shoot(page, 'cluster-watch')

    // A mute of the leader's room, from here, by the row of a client of another node.
    await admin.admin.act(live.room, 'slow', { seconds: 3, reason: 'a wave of spam' })
    await admin.admin.act(live.room, 'slow', { seconds: 0, reason: 'it is over' })
    const past = await admin.admin.past(live.room, unseen.seq)
    assert.equal(past.seq, unseen.seq)

    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('button', { name: 'Hand over' }).click()
    await page.getByRole('dialog').getByRole('combobox').focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('.ant-select-item-option', { hasText: 'n2' }).click()
    await doIt(page, 'nearer to its viewers')
    await until('n2 leads', async () => (await admin.admin.room(live.room)).node === 'n2')
    await say(near, 'after the hand-over')
    await page.locator('[data-testid="watched-chat"]').getByText('after the hand-over').waitFor()
    await shoot(page, 'cluster-handed-over')

    await page.getByRole('link', { name: 'All rooms' }).click()
    const card = page.locator('[data-node="n2"]')
    await card.getByRole('button', { name: 'Drain' }).click()
    await doIt(page, 'kernel update')
    await card.getByText('Draining').waitFor()
    await shoot(page, 'cluster-draining')
    await until('another node leads', async () => {
      const now = await admin.admin.room(live.room).catch(() => undefined)
      return now && now.node !== 'n2'
    })
    assert.equal((await fetch(`${third!.endpoint}/readyz`)).status, 503)
    await say(far, 'from the drained node')
    await card.getByRole('button', { name: 'End the drain' }).click()
    await doIt(page, 'done')
    await until('it takes rooms again', async () => (await fetch(`${third!.endpoint}/readyz`)).ok)

    await until('the unseen one is gone', async () => {
      const now = await admin.admin.room(live.room)
      return now.clients.total === 3 && counted(3)()
    })
    for (const { statuses, audiences } of viewers) {
      assert.deepEqual(
        statuses.filter((status) => status !== 'online'),
        [],
        'every socket stayed',
      )
      assert.ok(Math.max(0, ...audiences) <= 3, audiences.join())
    }
    const metrics = await (await fetch(`${third!.endpoint}/metrics`)).text()
    for (const [name, least] of [
      ['plaza_cluster_peers', 2],
      ['plaza_cluster_handovers_total', 1],
      ['plaza_bus_sent_total', 1],
      ['plaza_bus_received_total', 1],
    ] as const) {
      const value = Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)`, 'm').exec(metrics)?.[1])
      assert.ok(value >= least, `${name} ${value}`)
    }
    for (const reason of ['full', 'away', 'forged', 'replayed'])
      assert.match(metrics, new RegExp(`plaza_bus_dropped_total\\{reason="${reason}"`))

    const { items } = await admin.admin.audit({ limit: 100 })
    assert.deepEqual(
      items
        .map(({ action, target, reason }) => [action, target, reason])
        .filter(([action]) => !/\.(read|verify)$/.test(action!))
        .toReversed(),
      [
        ['room.watch', live.room, 'a report'],
        ['room.slow', live.room, 'a wave of spam'],
        ['room.slow', live.room, 'it is over'],
        ['room.handover', live.room, 'nearer to its viewers'],
        ['node.drain', 'n2', 'kernel update'],
        ['node.resume', 'n2', 'done'],
      ],
    )
    assert.equal((await admin.admin.verifyAudit()).ok, true)
    assert.deepEqual(errors, [])

    await there!.kill()
    const dead = await until('the dead node is named', async () => {
      const rows = await admin.admin.nodes()
      return rows.find(({ id, silent }) => id === 'n1' && silent)
    })
    assert.ok(dead.leaseMs !== undefined, 'its lease is still on record')
    await page.locator('[data-node="n1"][data-silent]').waitFor()
  },
)
