/** Every screen: accessible, within the width of a phone, without an error. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { App, type OpenOptions } from './testing/app.ts'

let app: App
before(async () => {
  app = await App.start()
})
after(() => app.stop())

/** Path, wishes, and what is there once the screen is complete. */
const screens: readonly (readonly [string, string, string])[] = [
  ['/', '', 'h2 >> nth=1'],
  ['/', 'guest,empty', 'main button'],
  ['/', 'down', '[role="alert"]'],
  ['/live/room0', 'quiet', '[data-testid="chat"] [data-user]'],
  ['/live/room0', 'guest,interrupted', '[data-testid="chat"] [data-user]'],
  ['/live/room0', 'kicked', 'main button'],
  ['/replay/replay1', '', '[data-testid="replay"]'],
  ['/studio', 'fresh', 'form'],
  ['/studio', 'host,quiet', '[data-testid="health"]'],
  ['/wallet', '', '[data-testid="wallet-balance"]'],
  ['/wallet', 'poor', '[data-testid="wallet-balance"]'],
  ['/settings', '', 'form'],
  ['/settings', 'guest', 'main button'],
  ['/sign-in', 'guest', 'form'],
  ['/setup?token=abc', 'guest', 'form'],
  ['/nowhere', '', 'main button'],
]
const looks: readonly OpenOptions[] = [
  { size: 'desktop', theme: 'dark', language: 'zh', reducedMotion: true },
  { size: 'phone', theme: 'light', language: 'en', reducedMotion: true },
]

for (const [path, wishes, ready] of screens) {
  test(`[WB18] [WB19] ${path} ${wishes}: no WCAG A or AA violation, nothing wider than the screen`, async () => {
    for (const look of looks) {
      const page = await app.open(path, wishes, look)
      await page.locator(ready).first().waitFor()
      assert.deepEqual(await app.violations(page), [], `${look.size} ${look.theme}`)
      const over = await app.tooWide(page)
      assert.equal(over, 0, `${look.size}: ${over}px too wide`)
      await page.context().close()
    }
    assert.deepEqual(app.errors, [])
  })
}

test('[WB20] on a phone every control is at least 44 px high or wide', async () => {
  const page = await app.open('/live/room0', 'quiet', { size: 'phone' })
  await page.locator('[data-testid="chat"] [data-user]').first().waitFor()
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, [role="tab"], nav a')]
      .filter((one) => one.offsetParent !== null && !one.closest('[data-testid="chat"]'))
      .filter((one) => Math.max(one.offsetHeight, one.offsetWidth) < 44)
      .map((one) => one.outerHTML.slice(0, 120)),
  )
  assert.deepEqual(small, [])
  await page.context().close()
})

test('[WB21] names and lines with markup, overrides and towers of marks stay text in their own row', async () => {
  const page = await app.open('/live/room0', 'rude,quiet')
  await page.locator('[data-testid="chat"] >> text=<img src=x').first().waitFor()
  const found = await page.evaluate(() => ({
    planted: document.querySelectorAll(
      '[data-testid="chat"] img[src="x"], [data-testid="chat"] script',
    ).length,
    tallest: Math.max(
      ...[...document.querySelectorAll<HTMLElement>('[data-testid="chat"] > div > div')].map(
        (row) => row.offsetHeight,
      ),
    ),
  }))
  assert.equal(found.planted, 0)
  assert.ok(found.tallest < 200, `a row is ${found.tallest}px high`)
  assert.equal(await app.tooWide(page), 0)
  await page.goto(page.url().replace('/live/room0', '/'))
  await page.locator('a[href="/live/room1"]').first().waitFor()
  assert.equal(await app.tooWide(page), 0)
  assert.deepEqual(app.errors, [])
  await page.context().close()
})

test('[WB40] a page that waited for the stored session shows what belongs to the person once it is back', async () => {
  const page = await app.open('/', 'late')
  await page.evaluate(() => {
    history.pushState({}, '', '/wallet')
    dispatchEvent(new PopStateEvent('popstate', { state: {} }))
  })
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.includes('wallet-page')),
  )
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => dispatchEvent(new Event('plaza.restore')))
  await page.locator('[data-testid="wallet-balance"]:has-text("26,480")').waitFor()
  assert.deepEqual(app.errors, [])
  await page.context().close()
})
