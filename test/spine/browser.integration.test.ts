import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { findFfmpeg } from '../../media/packager/ffmpeg.ts'
import { chromiumMissing, openChromium } from '../support/browser.ts'
import { platforms } from '../support/platforms.ts'
import { password, register, topUp, uniqueName, until } from '../support/people.ts'

const built = fileURLToPath(new URL('../../web/dist/index.html', import.meta.url))

for (const kind of platforms)
  test(
    `[SP1] [SP4] on ${kind.name} a file sent by ffmpeg plays in Chromium under danmaku and gifts`,
    { skip: chromiumMissing || kind.skip, timeout: 240_000 },
    async (t) => {
      assert.ok(existsSync(built), 'web/dist is built: npm test does it')
      const server = await kind.start()
      const ended: (() => Promise<unknown> | void)[] = [() => server.dispose()]
      t.after(async () => {
        for (const end of ended.reverse()) await end()
      })
      const host = await register(server.endpoint, uniqueName('host'))
      const viewer = await register(server.endpoint, uniqueName('fan'))
      ended.push(
        () => host.close(),
        () => viewer.close(),
      )
      const live = await host.live.create({ title: 'Evening concert', category: 'music' })
      const { rtmpUrl, key } = await host.live.rotateKey(live.id)

      const ffmpeg = (await findFfmpeg(undefined)).path
      const file = join(server.dataDir, 'concert.mp4')
      const picture = [
        '-f',
        'lavfi',
        '-i',
        'testsrc2=size=640x360:rate=25',
        '-f',
        'lavfi',
        '-i',
        'sine=440',
      ]
      const codecs = [
        '-c:v',
        'libx264',
        '-preset',
        'ultrafast',
        '-g',
        '25',
        '-pix_fmt',
        'yuv420p',
        '-c:a',
        'aac',
      ]
      await promisify(execFile)(ffmpeg, ['-v', 'error', ...picture, '-t', '20', ...codecs, file])
      const sending = spawn(ffmpeg, [
        '-v',
        'error',
        '-re',
        '-stream_loop',
        '-1',
        '-i',
        file,
        '-c',
        'copy',
        '-f',
        'flv',
        `${rtmpUrl}/${key}`,
      ])
      ended.push(async () => {
        sending.kill()
        await once(sending, 'exit')
      })
      await until(
        'the stream is live',
        async () => (await host.live.get(live.id)).status === 'live',
      )

      const browser = await openChromium()
      ended.push(() => browser.close())
      const errors: string[] = []
      const open = async (path: string): Promise<Page> => {
        const page = await browser.newPage({
          viewport: { width: 1440, height: 900 },
          locale: 'en-US',
        })
        page.on('pageerror', (error) => errors.push(String(error)))
        await page.goto(server.endpoint + path)
        return page
      }
      const name = uniqueName('viewer')
      const page = await open(`/sign-in?new&to=/live/${live.id}`)
      await page.getByLabel('User name').fill(name)
      await page.locator('input[type=password]').fill(password)
      await page.getByRole('button', { name: 'Sign up' }).first().click()
      await page.waitForURL(`**/live/${live.id}`)

      const onlooker = await open(`/live/${live.id}`)
      for (const screen of [page, onlooker]) {
        await until('the picture moves', () => advances(screen))
        assert.ok((await brightness(screen)) > 20, 'the picture is not black')
      }

      const room = await viewer.live.join(live.id)
      const text = 'first row, best seat'
      await room.danmaku.send(text).acked
      for (const screen of [page, onlooker]) await screen.getByText(text).first().waitFor()
      // Lines fly over pages that are in the room already; who came later reads them in the chat.
      const again = async (): Promise<boolean> => {
        await room.danmaku.send(text).acked.catch(() => undefined)
        return (await flown(page)) > 0
      }
      await until('a line flies', again, { everyMs: 500 })

      await topUp(viewer, 2_000)
      const before = await host.wallet.get()
      const { amount, balance } = await room.gifts.send({ gift: 'sportscar', count: 1 })
      assert.equal(amount, 1_314)
      assert.equal(balance, 686)
      assert.equal((await viewer.wallet.get()).balance, 686)
      const after = await host.wallet.get()
      assert.equal(after.earnings.total - before.earnings.total, 919, '70 % of 1314, rounded down')
      await page
        .getByText(/sports car/i)
        .first()
        .waitFor()
      await onlooker
        .getByText(/sports car/i)
        .first()
        .waitFor()
      await shot(page, 'spine-gift')

      // The page's own user: says something, buys coins on the provider's page, sends a gift.
      await page.getByRole('textbox').last().fill('hello from the page')
      await page.keyboard.press('Enter')
      await until('the other viewer reads it', () =>
        room.view.danmaku.recent.some((line) => line.text === 'hello from the page'),
      )
      await page.getByRole('button', { name: 'Top up' }).first().click()
      const opening = page.context().waitForEvent('page')
      await page.getByRole('dialog').getByRole('button', { name: /^Pay/ }).click()
      const checkout = await opening
      await checkout.getByRole('button', { name: /pay/i }).first().click()
      const bought = await until('the coins are there', async () => {
        const text = await page.getByTestId('balance').innerText()
        return Number(text.replace(/\D/g, ''))
      })
      await page.getByRole('button', { name: /Flower/ }).click()
      await page.getByTestId('gift-bar').getByRole('button', { name: /^Send/ }).click()
      await until('the page shows the new balance', async () => {
        const text = await page.getByTestId('balance').innerText()
        return Number(text.replace(/\D/g, '')) === bought - 1
      })
      await shot(page, 'spine-room')
      assert.deepEqual(errors, [])
    },
  )

/** Lines that the danmaku canvas has drawn, as its layer counts them. */
function flown(page: Page): Promise<number> {
  return page.evaluate(() => {
    const layers = [...document.querySelectorAll('canvas')] as { figures?: { shown: number } }[]
    return layers.reduce((sum, { figures }) => sum + (figures?.shown ?? 0), 0)
  })
}

/** Keeps a picture where PLAZA_TEST_SCREENSHOTS names a folder. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.PLAZA_TEST_SCREENSHOTS
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** True when `currentTime` grows between two looks. */
async function advances(page: Page): Promise<boolean> {
  const time = () => page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
  const first = await time()
  if (first === 0) return false
  return until('time passes', async () => (await time()) > first + 0.5, { withinMs: 5_000 }).catch(
    () => false,
  )
}

/** Mean of the picture's channels, 0 to 255. */
function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const video = document.querySelector('video')!
    const canvas = document.createElement('canvas')
    canvas.width = 64
    canvas.height = 36
    const context = canvas.getContext('2d')!
    context.drawImage(video, 0, 0, 64, 36)
    const { data } = context.getImageData(0, 0, 64, 36)
    let sum = 0
    for (let index = 0; index < data.length; index += 4)
      sum += data[index]! + data[index + 1]! + data[index + 2]!
    return sum / (64 * 36 * 3)
  })
}
