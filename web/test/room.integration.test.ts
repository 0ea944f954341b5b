/** The live room in a browser: chat, danmaku, gifts, moderation, connection. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { FakeRoom } from '../dev/fake-room.ts'
import { App } from './testing/app.ts'

declare const plazaRoom: FakeRoom

let app: App
before(async () => {
  app = await App.start()
})
after(() => app.stop())

async function inRoom(
  wishes: string,
  run: (page: Page) => Promise<void>,
  options = {},
): Promise<void> {
  const page = await app.open('/live/room0', wishes, options)
  await page.waitForFunction(() => 'plazaRoom' in globalThis)
  await page.locator('[data-testid="chat"] > div > div').first().waitFor()
  await run(page)
  assert.deepEqual(app.errors, [])
  await page.context().close()
}

const below = (page: Page) =>
  page
    .locator('[data-testid="chat"]')
    .evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)
const rows = (page: Page) => page.locator('[data-testid="chat"] > div > div').count()
const say = (page: Page, count: number) =>
  page.evaluate(
    (count) =>
      plazaRoom.say(Array.from({ length: count }, (_, n) => `line ${n} ${'x'.repeat(n % 60)}`)),
    count,
  )

/** The chat listens to gifts from the start, the stage from when it is loaded. */
const staged = (page: Page) => page.waitForFunction(() => plazaRoom.listeners('gift') === 2)
/** Big ones of so many people, which show one after the other. */
const gifts = (page: Page, count: number) =>
  page.evaluate((count) => {
    for (let n = 0; n < count; n++) plazaRoom.give('rocket', 1, { id: `u_x${n}`, name: 'star' })
  }, count)

test('[WB22] the chat keeps at most 150 rows and stays at the newest line under a flood', () =>
  inRoom('silent', async (page) => {
    for (let round = 0; round < 30; round++) await say(page, 20)
    await page.locator('text=line 19').last().waitFor()
    await page.waitForFunction(
      () => document.querySelectorAll('[data-testid="chat"] > div > div').length === 150,
    )
    assert.equal(await rows(page), 150)
    assert.ok((await below(page)) <= 1)
  }))

test('[WB23] a wheel upwards lets go of the newest line, new lines are counted, the pill brings it back', () =>
  inRoom('silent', async (page) => {
    await say(page, 100)
    await page.locator('text=line 99').last().waitFor()
    await page.locator('[data-testid="chat"]').hover()
    await page.mouse.wheel(0, -600)
    await page.locator('button:has-text("回到最新")').waitFor()
    // The wheel's scroll may still be under way.
    await page.waitForFunction(() => {
      const box = document.querySelector('[data-testid="chat"]')!
      return box.scrollHeight - box.scrollTop - box.clientHeight >= 599
    })
    const reading = await page.locator('[data-testid="chat"]').evaluate((box) => box.scrollTop)
    await say(page, 12)
    await page.locator('button:has-text("12 条新消息")').waitFor()
    assert.equal(
      await page.locator('[data-testid="chat"]').evaluate((box) => box.scrollTop),
      reading,
    )
    await page.locator('button:has-text("12 条新消息")').click()
    await page.locator('button:has-text("条新消息")').waitFor({ state: 'detached' })
    assert.ok((await below(page)) <= 1)
  }))

test('[WB24] what moves the list without a hand on it does not let go of the newest line', () =>
  inRoom('silent', async (page) => {
    await say(page, 100)
    await page.locator('text=line 99').last().waitFor()
    await page.locator('[data-testid="chat"]').evaluate((box) => {
      box.scrollTop -= 300
    })
    await page.waitForFunction(() => {
      const box = document.querySelector('[data-testid="chat"]')!
      return box.scrollHeight - box.scrollTop - box.clientHeight <= 1
    })
    assert.equal(await page.locator('button:has-text("回到最新")').count(), 0)
  }))

test('[WB25] lines are read out at most once in two seconds, from a log of their own', () =>
  inRoom('silent', async (page) => {
    await page.evaluate(() => {
      const log = document.querySelector('[role="log"]')!
      const times: number[] = []
      new MutationObserver((changes) => {
        if (changes.some(({ addedNodes }) => addedNodes.length > 0)) times.push(performance.now())
      }).observe(log, { childList: true })
      Object.assign(globalThis, { times })
      setInterval(() => plazaRoom.say(['one', 'two', 'three']), 50)
    })
    await page.waitForFunction(
      () => (globalThis as unknown as { times: number[] }).times.length >= 3,
    )
    const times = await page.evaluate(() => (globalThis as unknown as { times: number[] }).times)
    assert.ok(times[2]! - times[1]! >= 1900, `${times[2]! - times[1]!} ms between two`)
  }))

test('[WB26] danmaku fly over the picture, own lines among them; the switch takes all away and is remembered', () =>
  inRoom('silent', async (page) => {
    const figures = () =>
      page.locator('[data-testid="danmaku"]').evaluate((canvas) => ({
        ...(canvas as unknown as { figures: { shown: number; skipped: number } }).figures,
      }))
    const inked = () =>
      page.locator('[data-testid="danmaku"]').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        return data.some((value) => value > 0)
      })
    await page.locator('form input').last().fill('晚上好')
    await page.keyboard.press('Enter')
    await page.locator('[data-testid="chat"] >> text=晚上好').last().waitFor()
    await page.waitForFunction(
      () =>
        (
          document.querySelector('[data-testid="danmaku"]') as unknown as {
            figures: { shown: number }
          }
        ).figures.shown > 0,
    )
    await say(page, 60)
    await page.waitForFunction(
      () =>
        (
          document.querySelector('[data-testid="danmaku"]') as unknown as {
            figures: { skipped: number }
          }
        ).figures.skipped > 0,
    )
    // Lines come in from the right edge.
    while (!(await inked())) await page.evaluate(() => new Promise(requestAnimationFrame))
    assert.ok((await figures()).shown < 60, 'what does not fit is left out')
    await page.locator('[data-testid="player"]').hover()
    await page.locator('button[aria-label="关闭弹幕"]').click()
    await page.waitForFunction(() => document.querySelector('button[aria-label="打开弹幕"]'))
    assert.equal(await inked(), false)
    await page.reload()
    await page.locator('button[aria-label="打开弹幕"]').waitFor({ state: 'attached' })
  }))

test('[WB27] a room of 200 lines a second leaves the page able to answer', () =>
  inRoom('loud,quiet', async (page) => {
    await page.locator('text=已省略').waitFor()
    await page.locator('[role="tab"]:has-text("本场榜单")').click()
    await page.locator('[role="tabpanel"] >> text=星河滚烫').last().waitFor()
    await page.locator('[role="tab"]:has-text("聊天")').click()
    assert.ok((await rows(page)) <= 150)
  }))

test('[WB28] choosing a gift and sending it moves the balance by its price and shows it; again counts up a combo', () =>
  inRoom('silent', async (page) => {
    const bar = page.locator('[data-testid="gift-bar"]')
    await staged(page)
    await page.locator('[data-testid="balance"]:has-text("26,480")').waitFor()
    await bar.locator('li button:has-text("皇冠")').click()
    await bar.locator('button:has-text("赠送")').click()
    await page.locator('[data-testid="balance"]:has-text("25,960")').waitFor()
    await page.locator('[data-testid="gift-banner"]').waitFor()
    await page.locator('[data-testid="chat"] >> text=×1').waitFor()
    await bar.locator('button:has-text("连击")').click()
    await page.locator('[data-testid="balance"]:has-text("25,440")').waitFor()
    await page.locator('[data-testid="chat"] >> text=×2').waitFor()
    await gifts(page, 8) // one shows, however slow this is
    await page.locator('[data-testid="gift-banner"]').waitFor()
    assert.equal(await page.locator('[data-testid="gift-banner"]').count(), 1)
    await page.locator('[data-testid="gift-banner"] button').click()
  }))

test('[WB41] a right button that is held gives nothing', () =>
  inRoom('silent', async (page) => {
    const bar = page.locator('[data-testid="gift-bar"]')
    await page.locator('[data-testid="balance"]:has-text("26,480")').waitFor()
    await bar.locator('li button:has-text("花") >> nth=0').click()
    await bar.locator('button:has-text("赠送")').hover()
    await page.mouse.down({ button: 'right' })
    // Held for twice as long as it takes to go on giving.
    await page.evaluate(() => {
      const end = performance.now() + 900
      return new Promise<void>((over) => {
        const frame = () => (performance.now() < end ? requestAnimationFrame(frame) : over())
        frame()
      })
    })
    await page.mouse.up({ button: 'right' })
    assert.equal(await page.locator('[data-testid="chat"] >> text=×1').count(), 0)
    await page.locator('[data-testid="balance"]:has-text("26,480")').waitFor()
  }))

test('[WB29] holding the button sends one gift after another until it is released', () =>
  inRoom('silent', async (page) => {
    const bar = page.locator('[data-testid="gift-bar"]')
    await page.locator('[data-testid="balance"]:has-text("26,480")').waitFor()
    await bar.locator('li button:has-text("花") >> nth=0').click()
    await bar.locator('button:has-text("赠送")').hover()
    await page.mouse.down()
    await page.locator('[data-testid="chat"] >> text=×5').waitFor()
    await page.mouse.up()
    // Whatever was under way when the button was released is paid and shown, once.
    await page.waitForFunction(() => {
      const shown = document
        .querySelector('[data-testid="balance"]')!
        .textContent!.replaceAll(/\D/g, '')
      return 26_480 - Number(shown) === plazaRoom.view.gift.coins - 27_550
    })
  }))

test('[WB30] without enough coins the top-up opens with what is lacking', () =>
  inRoom('silent,poor', async (page) => {
    const bar = page.locator('[data-testid="gift-bar"]')
    await bar.locator('li button:has-text("灯笼")').click()
    await bar.locator('button:has-text("赠送")').click()
    await page.locator('[role="dialog"] >> text=还差 63 金币').waitFor()
  }))

test('[WB31] slow mode counts down in the send button', () =>
  inRoom('silent,slow', async (page) => {
    await page.locator('form input').last().fill('hello')
    await page.keyboard.press('Enter')
    await page.locator('button[type="submit"]:has-text("秒")').waitFor()
    await page.locator('form input').last().fill('again')
    assert.ok(await page.locator('form button[type="submit"]').isDisabled())
  }))

test('[WB32] who is muted sees for how long and cannot write; a guest is asked to sign in', async () => {
  await inRoom('silent,muted', async (page) => {
    const field = page.locator('form input').last()
    await page.locator('form input[placeholder*="你已被禁言，剩余 09:"]').waitFor()
    assert.ok(await field.isDisabled())
  })
  await inRoom('silent,guest', async (page) => {
    await page.locator('button:has-text("登录后发弹幕")').click()
    await page.locator('[role="dialog"] >> text=欢迎回来').waitFor()
  })
})

test('[WB33] moderation stands in the menu of a name for those who may, and nobody else', async () => {
  const open = async (page: Page) => {
    await page.evaluate(() => plazaRoom.say(['target line'], { id: 'u_2', name: 'Mika' }))
    await page.locator('[data-testid="chat"] [data-user="u_2"]').last().click()
    await page.locator('[role="menu"]').waitFor()
  }
  await inRoom('silent', async (page) => {
    await open(page)
    assert.deepEqual(await page.locator('[role="menuitem"]').allInnerTexts(), ['@ TA'])
  })
  await inRoom('silent,host', async (page) => {
    await open(page)
    assert.equal(await page.locator('[role="menuitem"]').count(), 6)
    await page.locator('[role="menuitem"]:has-text("10 分钟")').click()
    await page.locator('[data-testid="chat"] >> text=Mika 被禁言').waitFor()
  })
})

test('[WB34] a lost connection shows a pill that says what happens next and goes when it is back', () =>
  inRoom('silent', async (page) => {
    assert.equal(await page.locator('[data-testid="connection"]').count(), 0)
    await page.evaluate(() => plazaRoom.connect('reconnecting', 8000))
    await page.locator('[data-testid="connection"]:has-text("秒后重连")').waitFor()
    await page.evaluate(() => plazaRoom.connect('offline'))
    await page.locator('[data-testid="connection"]:has-text("网络已断开")').waitFor()
    await page.evaluate(() => plazaRoom.connect('online'))
    await page.locator('[data-testid="connection"]').waitFor({ state: 'detached' })
  }))

test('[WB35] space, M, D, T and ? work while nobody types, and type while somebody does', () =>
  inRoom('silent', async (page) => {
    const video = page.locator('[data-testid="player"] video')
    const paused = () => video.evaluate((element: HTMLVideoElement) => element.paused)
    await page.waitForFunction(() => !document.querySelector('video')!.paused)
    await page.keyboard.press('Space')
    assert.equal(await paused(), true)
    await page.keyboard.press('Space')
    await page.waitForFunction(() => !document.querySelector('video')!.paused)
    const muted = await video.evaluate((element: HTMLVideoElement) => element.muted)
    await page.keyboard.press('m')
    assert.equal(await video.evaluate((element: HTMLVideoElement) => element.muted), !muted)
    await page.keyboard.press('d')
    await page.locator('button[aria-label="打开弹幕"]').waitFor({ state: 'attached' })
    await page.locator('form input').last().click()
    await page.keyboard.type('m d t')
    assert.equal(await page.locator('form input').last().inputValue(), 'm d t')
    await page.locator('body').click({ position: { x: 36, y: 600 } })
    await page.keyboard.press('?')
    await page.locator('[role="dialog"] >> text=影院模式').waitFor()
  }))

test('[WB36] with reduced motion no danmaku fly and a gift stands still as a card', () =>
  inRoom(
    'silent',
    async (page) => {
      await staged(page)
      await say(page, 10)
      await gifts(page, 8)
      await page.locator('[data-testid="gift-banner"] img').first().waitFor()
      const shown = await page
        .locator('[data-testid="danmaku"]')
        .evaluate((canvas) => (canvas as unknown as { figures: { shown: number } }).figures.shown)
      assert.equal(shown, 0)
    },
    { reducedMotion: true },
  ))
