/** The administration on the simulated cluster: accessible, within the screen, by keyboard, and safe from texts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { App, type OpenOptions } from './testing/app.ts'

let app: App
before(async () => {
  app = await App.start()
})
after(() => app.stop())

const shots = process.env['PLAZA_TEST_SHOTS']
const looks: readonly (OpenOptions & { name: string })[] = [
  { name: 'desktop-dark-zh', size: 'desktop', theme: 'dark', language: 'zh', reducedMotion: true },
  { name: 'tablet-light-en', size: 'tablet', theme: 'light', language: 'en', reducedMotion: true },
  { name: 'phone-light-en', size: 'phone', theme: 'light', language: 'en', reducedMotion: true },
]

async function shoot(page: Page, name: string): Promise<void> {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}

for (const [name, path, ready] of [
  ['rooms', '/admin', '[data-testid="rooms"] tbody tr'],
  ['audit', '/admin/audit', '[data-testid="audit"] tbody tr'],
] as const)
  test(`[IN11] ${path}: no WCAG A or AA violation, nothing wider than the screen`, async () => {
    for (const look of looks) {
      const page = await app.open(path, 'admin', look)
      await page.locator(ready).first().waitFor()
      await shoot(page, `${name}-${look.name}`)
      assert.deepEqual(await app.violations(page), [], look.name)
      const over = await app.tooWide(page)
      assert.equal(over, 0, `${look.name}: ${over}px too wide`)
      await page.context().close()
    }
    assert.deepEqual(app.errors, [])
  })

test('[IN11] [IN12] one room: the same, now and in the past, and hostile texts stay texts', async () => {
  for (const look of looks) {
    const page = await app.open('/admin', 'admin', look)
    const rows = page.locator('[data-testid="rooms"] tbody tr')
    await rows.first().waitFor()
    await rows.filter({ hasText: '<script>alert(2)' }).locator('a').click()
    await page.locator('[data-testid="events"] li').nth(3).waitFor()
    await page.locator('[data-testid="state"] button').first().waitFor()
    await page.locator('text=<img src=x').first().waitFor()
    await shoot(page, `room-${look.name}`)
    assert.deepEqual(await app.violations(page), [], look.name)
    await page.locator('[role="slider"]').focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.locator('[data-testid="events"]').nth(1).waitFor()
    await shoot(page, `past-${look.name}`)
    assert.deepEqual(await app.violations(page), [], `${look.name}, the past`)
    assert.equal(await page.locator('main img[src="x"], main script').count(), 0, look.name)
    assert.equal(await app.tooWide(page), 0, look.name)
    await page.context().close()
  }
  assert.deepEqual(app.errors, [])
})

test('[IN13] J, K and Enter go through the table; an action asks for its reason', async () => {
  const page = await app.open('/admin', 'admin', { language: 'en', reducedMotion: true })
  const rows = page.locator('[data-testid="rooms"] tbody tr')
  await rows.first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  const key = await page.locator('tr[data-chosen]').getAttribute('data-room')
  assert.equal(key, await rows.nth(1).getAttribute('data-room'))
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/admin/rooms/${key}`)
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('button', { name: 'Slow mode' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('ab')
  await dialog.getByRole('button', { name: 'Do it' }).click()
  await dialog.locator('.ant-form-item-explain-error').first().waitFor()
  await shoot(page, 'dialog')
  assert.deepEqual(await app.violations(page), [])
  await dialog.getByLabel('Reason').fill('spam wave')
  await dialog.getByRole('button', { name: 'Do it' }).click()
  await page.getByText('Done: Slow mode').waitFor()
  await page.getByRole('link', { name: 'All rooms' }).click()
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByText('spam wave').waitFor()
  await page.getByRole('button', { name: 'Verify the chain' }).click()
  await page.getByText('The chain is whole').waitFor()
  assert.deepEqual(app.errors, [])
  await page.context().close()
})

test('[IN21] nodes are drained and rooms handed over from the page, each with a reason; the silent one is named', async () => {
  const page = await app.open('/admin', 'admin', { language: 'en', reducedMotion: true })
  await page.locator('[data-node="node-sh-2"]').getByText('No answer').waitFor()
  await page.getByText('No answer in time from node-sh-2').waitFor()
  const node = page.locator('[data-node="node-bj-1"]')
  await node.getByRole('button', { name: 'Drain' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('kernel update')
  await shoot(page, 'drain-dialog')
  assert.deepEqual(await app.violations(page), [])
  await dialog.getByRole('button', { name: 'Do it' }).click()
  await node.getByText('Draining').waitFor()
  await node.getByRole('button', { name: 'End the drain' }).waitFor()
  await page.locator('[data-node="node-bj-2"]').getByRole('button', { name: 'Drain' }).click()
  await dialog.getByLabel('Reason').fill('and this one')
  await dialog.getByRole('button', { name: 'Do it' }).click()
  await dialog.getByText('No other node would take its rooms.').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })

  await page.locator('[data-testid="rooms"] tbody tr a').first().click()
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('button', { name: 'Hand over' }).click()
  await dialog.getByRole('combobox').focus()
  await page.keyboard.press('ArrowDown')
  // The leader, the drained one and the silent one are no choice.
  await page.locator('.ant-select-item-option').first().waitFor()
  const choices = await page.locator('.ant-select-item-option').allInnerTexts()
  assert.equal(choices.length, 1, choices.join())
  await page.keyboard.press('Enter')
  await dialog.getByLabel('Reason').fill('nearer to its viewers')
  await shoot(page, 'handover-dialog')
  await dialog.getByRole('button', { name: 'Do it' }).click()
  await page.getByText('Done: Hand over').waitFor()
  await page.locator('dd', { hasText: 'node-bj-2' }).first().waitFor()
  assert.deepEqual(app.errors, [])
  await page.context().close()
})

test('[IN11] [IN22] a room is watched unseen: picture and chat, nothing to write into, and a way to leave', async () => {
  for (const look of looks) {
    const english = look.language === 'en'
    const page = await app.open('/admin', 'admin', look)
    await page.locator('[data-testid="rooms"] tbody tr a').first().click()
    await page.getByRole('button', { name: english ? 'Join unseen' : '隐身进入' }).click()
    await page.getByRole('dialog').locator('textarea').fill('a report of a viewer')
    await page.getByRole('dialog').locator('.ant-btn-primary').click()
    const watched = page.locator('[data-testid="watched"]')
    await watched.locator('[data-user]').nth(2).waitFor()
    assert.equal(await watched.locator('textarea, input[type="text"], form').count(), 0)
    await page.locator('.ant-modal-wrap').waitFor({ state: 'detached' })
    await shoot(page, `watch-${look.name}`)
    assert.deepEqual(await app.violations(page), [], look.name)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.equal(over, 0, look.name)
    await page.getByRole('button', { name: english ? 'Leave' : '离开' }).click()
    await watched.waitFor({ state: 'detached' })
    await page.context().close()
  }
  assert.deepEqual(app.errors, [])
})

test('[IN13] who is no administrator has no way there and sees nothing', async () => {
  const page = await app.open('/admin', '', { language: 'en' })
  await page.getByText('This page is for administrators').waitFor()
  assert.equal(await page.locator('nav a[href="/admin"]').count(), 0)
  assert.equal(await page.locator('[data-testid="rooms"]').count(), 0)
  await page.context().close()
})
