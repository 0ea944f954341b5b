/** The inspector's page over a whole server: an administrator looks into a room that is in use. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient } from '../../sdk/index.ts'
import { chromiumMissing, openChromium } from '../support/browser.ts'
import { password, register, uniqueName, until } from '../support/people.ts'
import { PlazaProcess } from '../support/plaza-process.ts'

const built = fileURLToPath(new URL('../../web/dist/index.html', import.meta.url))
const evil = '<img src=x onerror=alert(1)>'

test(
  '[IN14] the page shows a room in use, its trace and its past, and mutes and closes it',
  { skip: chromiumMissing, timeout: 180_000 },
  async (t) => {
    assert.ok(existsSync(built), 'web/dist is built: npm test does it')
    const server = await PlazaProcess.create({ PLAZA_MEDIA: 'none' })
    const ended: (() => Promise<unknown> | void)[] = [() => server.dispose()]
    t.after(async () => {
      for (const end of ended.reverse()) await end()
    })
    await server.start()
    const token = /token=([\w-]+)/.exec(server.output)?.[1]
    assert.ok(token, server.output)
    const admin = await register(server.endpoint, uniqueName('x'))
    const boss = uniqueName('boss')
    await admin.auth.firstAdmin({ token, name: boss, password })
    const host = await register(server.endpoint, uniqueName('host'))
    const fan = createClient({ endpoint: server.endpoint })
    await fan.auth.register({ name: uniqueName('fan'), password, displayName: '<b>fan</b>' })
    ended.push(
      () => admin.close(),
      () => host.close(),
      () => fan.close(),
    )
    const live = await host.live.create({ title: evil, category: 'music' })
    const own = await host.live.join(live.id)
    const room = await fan.live.join(live.id)
    await own.danmaku.slow(3)
    await own.danmaku.slow(0)
    await room.danmaku.send('hello').acked

    await assert.rejects(fan.admin.nodes(), { code: 'forbidden' })
    const [node] = await admin.admin.nodes()
    assert.ok(node?.silent === false && node.leaseHeld && node.sockets === 2)
    const detail = await admin.admin.room(live.room)
    assert.deepEqual(
      detail.clients.items.map(({ user }) => user).sort(),
      [host.auth.user!.id, fan.auth.user!.id].sort(),
    )
    assert.equal((await admin.admin.past(live.room, detail.seq)).seq, detail.seq)

    const browser = await openChromium()
    ended.push(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en' })
    const errors: string[] = []
    page.on('pageerror', ({ message }) => void errors.push(message))
    page.on('dialog', (dialog) => {
      errors.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(`${server.endpoint}/sign-in`)
    await page.locator('form input').first().fill(boss)
    await page.locator('form input[type="password"]').fill(password)
    await page.locator('form button[type="submit"]').click()
    await page.locator('nav a[href="/admin"]').click()
    await page.locator('[data-testid="nodes"] article').waitFor()
    await page.locator(`tr[data-room="${live.room}"] a`).click()
    await page.locator('h2', { hasText: evil }).waitFor()
    await page.getByText('<b>fan</b>').first().waitFor()
    // Lines are traced from the moment on at which somebody asked for the trace.
    await page.locator('ol[aria-label="Live trace"]').waitFor()
    room.danmaku.send('seen in the trace')
    await page.getByText('seen in the trace').first().waitFor()

    await page.locator('[role="slider"]').focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByText('As it was after event').waitFor()
    const shots = process.env['PLAZA_TEST_SHOTS']
    if (shots) await page.screenshot({ path: `${shots}/real-room.png` })

    await page.getByRole('button', { name: 'Mute a user: <b>fan</b>' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('spam')
    await page.getByRole('dialog').getByRole('button', { name: 'Do it' }).click()
    await page.getByText('Done: Mute a user').waitFor()
    await assert.rejects(room.danmaku.send('again').acked, { code: 'muted' })

    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('button', { name: 'Close the room' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('start it anew')
    await page.getByRole('dialog').getByRole('button', { name: 'Do it' }).click()
    await page.getByText('Done: Close the room').waitFor()
    await until('both are back, in a room that is open anew', async () => {
      const now = await admin.admin.room(live.room).catch(() => undefined)
      return now && now.epoch > detail.epoch && now.clients.total === 2
    })

    const { items } = await admin.admin.audit()
    assert.deepEqual(
      items.map(({ action }) => action).filter((action) => !/\.(read|verify)$/.test(action)),
      ['room.close', 'room.mute'],
    )
    assert.equal((await admin.admin.verifyAudit()).ok, true)
    assert.equal(await page.locator('main img[src="x"]').count(), 0)
    assert.deepEqual(errors, [])
  },
)
