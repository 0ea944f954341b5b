import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fillWallet } from '../../loadtest/bots/account.ts'
import { runBots } from '../../loadtest/bots/run-bots.ts'
import {
  createClient,
  isReject,
  memoryStorage,
  webPlatform,
  type Client,
  type LiveRoom,
} from '../../sdk/index.ts'
import {
  runningPlatforms,
  type RunningPlatform,
  type RunningPlatformKind,
} from '../support/running-platform.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)
const password = 'a long enough passphrase'

for (const kind of runningPlatforms)
  describe(`on ${kind.name}`, { skip: kind.skip }, () => suite(kind))

function suite(kind: RunningPlatformKind): void {
  let platform: RunningPlatform
  let host: Client
  let live: string
  const clients: Client[] = []

  function client(port = webPlatform(), endpoint = platform.endpoint): Client {
    const made = createClient({ endpoint, platform: port })
    clients.push(made)
    return made
  }

  async function user(name: string, coins = 0): Promise<Client> {
    const made = client()
    await made.auth.register({ name, password, displayName: name })
    if (coins > 0) await fillWallet(made, coins)
    return made
  }

  before(async () => {
    platform = await kind.start()
    host = await user('host_lin')
    live = (await host.live.create({ title: '深夜点歌台', category: 'music' })).id
    await platform.ask(`live_${live}`, 'live.streamStarted', { stream: 's1', at: Date.now() })
  })

  after(async () => {
    for (const made of clients) made.close()
    await platform?.stop()
  })

  test('accounts, profile, uploads and lists answer as their types say', async () => {
    const mei = await user('mei_1')
    assert.equal(mei.auth.user?.name, 'mei_1')
    const changed = await mei.profile.update({ displayName: '小梅', bio: '你好', tags: ['音乐'] })
    assert.equal(changed.displayName, '小梅')
    assert.match((await mei.profile.setAvatar(png)).avatar!, /^\/uploads\//)
    assert.equal((await host.profile.get(changed.id)).displayName, '小梅')
    const { url, width } = await mei.uploads.image(new Blob([png], { type: 'image/png' }), 'cover')
    assert.match(url, /\.webp$/)
    assert.ok(width >= 1)
    assert.equal((await mei.auth.sessions()).filter(({ current }) => current).length, 1)
    assert.ok((await mei.live.categories()).length > 5)
    assert.ok((await mei.gifts()).length >= 8)
    assert.ok((await client().live.list({ category: 'music' })).items.some(({ id }) => id === live))
    assert.equal((await client().live.get(live)).room, `live_${live}`)
    assert.equal(await mei.live.mine(), undefined)
    assert.equal((await host.live.mine())?.id, live)
    assert.match((await host.live.rotateKey(live)).rtmpUrl, /^rtmp:/)
    assert.equal((await host.live.update(live, { title: '深夜点歌台 2' })).title, '深夜点歌台 2')
    assert.deepEqual(await client().live.replays(live), [])
    assert.equal(typeof (await client().live.playback(live)).status, 'string')
    assert.equal(typeof (await client().config()).name, 'string')
    await assert.rejects(client().live.get('zzzzzzzzzz'), (e) => isReject(e) && e.status === 404)
    await assert.rejects(client().wallet.get(), (e) => isReject(e, 'login_required'))
    await assert.rejects(
      client().auth.login({ name: 'mei_1', password: 'wrong wrong wrong' }),
      (e) => isReject(e, 'login.wrong'),
    )
    await mei.auth.changePassword({ current: password, next: `${password} 2`, endOthers: true })
  })

  test('[SD31] tabs that share a storage share the session', async () => {
    const port = { ...webPlatform(), storage: memoryStorage() }
    const { endpoint } = platform
    const one = client(port, endpoint)
    await one.auth.register({ name: 'tabs_1', password })
    const two = client(port, endpoint)
    assert.equal((await two.auth.restore())?.name, 'tabs_1')
    await one.auth.refresh()
    await two.auth.refresh()
    assert.equal((await two.auth.sessions()).length, 1)
    await one.auth.logout()
    assert.equal(await client(port, endpoint).auth.restore(), undefined)
  })

  test('a guest watches, a viewer talks, everybody sees each line once', async () => {
    const viewer = await (await user('talker_1')).live.join(live)
    const guest = await client().live.join(live)
    assert.deepEqual(guest.you.can, ['watch'])
    assert.deepEqual(viewer.you.can, ['watch', 'chat', 'gift'])
    const seen: string[][] = [[], []]
    viewer.on('danmaku', (lines) => seen[0]!.push(...lines.map(({ id }) => id)))
    guest.on('danmaku', (lines) => seen[1]!.push(...lines.map(({ id }) => id)))
    const last = first<readonly { text: string }[]>(
      (fn) => guest.on('danmaku', fn),
      (lines) => lines.some(({ text }) => text === '晚安'),
    )
    const echoed = first(
      (fn) => viewer.on('danmaku', fn),
      () => seen[0]!.length >= 3,
    )
    const sent = ['晚上好', '666', '晚安'].map((text) => viewer.danmaku.send(text, { mode: 'top' }))
    const lines = await Promise.all(sent.map(({ acked }) => acked))
    assert.deepEqual(
      lines.map(({ text, mode }) => [text, mode]),
      [
        ['晚上好', 'top'],
        ['666', 'top'],
        ['晚安', 'top'],
      ],
    )
    await Promise.all([last, echoed])
    assert.deepEqual(
      seen[1],
      sent.map(({ id }) => id),
    )
    // The viewer's own echoes have come with the frames that the guest got.
    await assert.rejects(guest.danmaku.send('hi').acked, (e) => isReject(e, 'login_required'))
    assert.deepEqual(seen[0], seen[1])
    await assert.rejects(
      viewer.danmaku.send('x'.repeat(200)).acked,
      (e) => isReject(e) && e.retry === 'fix',
    )
    await assert.rejects(viewer.command('no.such', {}), (e) => isReject(e, 'command.unknown'))
    await assert.rejects(viewer.session.end(), (e) => isReject(e, 'forbidden'))
    viewer.leave()
    guest.leave()
  })

  test('likes and the audience are counted for everybody', async () => {
    const viewer = await (await user('liker_1')).live.join(live)
    const before = viewer.view.like.count
    for (let i = 0; i < 7; i++) viewer.likes.add()
    await first<number>(
      (fn) => viewer.select(({ like }) => like.count, fn),
      (count) => count === before + 7,
    )
    await first<number>(
      (fn) => viewer.select(({ audience }) => audience.count, fn),
      (count) => count >= 1,
    )
    viewer.leave()
  })

  test('a gift is paid once, by key, and the rest of the refusals tell what to do', async () => {
    const giver = await user('giver_1', 500)
    const room = await giver.live.join(live)
    const watching = await client().live.join(live)
    const key = room.newId()
    const told = first<{ amount: number }>(
      (fn) => watching.on('gift', fn),
      () => true,
    )
    const receipt = await room.gifts.send({ gift: 'fireworks', key, note: '加油' })
    assert.deepEqual([receipt.amount, receipt.balance], [188, 312])
    assert.deepEqual(await room.gifts.send({ gift: 'fireworks', key }), receipt)
    assert.equal((await told).amount, 188)
    assert.equal((await giver.wallet.get()).balance, 312)
    const poor = await room.gifts.send({ gift: 'rocket' }).catch((e: unknown) => e)
    assert.ok(isReject(poor, 'insufficient_balance'))
    assert.deepEqual([poor.data.need, poor.data.have], [5_000, 312])
    await assert.rejects(room.gifts.send({ gift: 'nothing' }), (e) => isReject(e, 'gift.unknown'))
    await assert.rejects(room.gifts.send({ gift: 'heart', count: 0 }), (e) =>
      isReject(e, 'input.invalid'),
    )
    const { items } = await giver.wallet.entries()
    assert.deepEqual(
      items.map(({ kind, amount }) => [kind, amount]),
      [
        ['gift', -188],
        ['topup', 500],
      ],
    )
    assert.equal((await host.wallet.get()).earnings.total, 131)
    room.leave()
    watching.leave()
  })

  test('[SD7] the host moderates; who is kicked is told for good', async () => {
    const troll = await user('troll_1')
    const room = await troll.live.join(live)
    const stage = await host.live.join(live)
    const { id } = room.you
    await stage.members.promote(id)
    await first(
      (fn) => room.select(({ member }) => member.you.role, fn),
      (role) => role === 'moderator',
    )
    assert.ok(room.you.can.includes('moderate'))
    await stage.members.demote(id)
    await stage.members.mute(id, 60, 'spam')
    await first(
      (fn) => room.select(({ member }) => member.you.mutedUntil, fn),
      (until) => until !== undefined,
    )
    const muted = await room.danmaku.send('let me talk').acked.catch((e: unknown) => e)
    assert.ok(isReject(muted, 'muted'))
    assert.ok(muted.data.until > Date.now())
    await stage.danmaku.slow(0)
    const closed = first<{ code: number; reason: string }>(
      (fn) => room.on('closed', fn),
      () => true,
    )
    await stage.members.kick(id, 3_600)
    assert.deepEqual(await closed, { code: 4500, reason: 'kicked' })
    await assert.rejects(troll.live.join(live), (e) => isReject(e, 'kicked'))
    stage.leave()
  })

  test('[SD7] when the session ends elsewhere, the room goes on as a guest', async () => {
    const name = 'leaver_1'
    const one = await user(name)
    const room = await one.live.join(live)
    assert.equal(room.you.roles.includes('guest'), false)
    const again = first<unknown>(
      (fn) => room.on('recovered', fn),
      () => true,
    )
    const other = client()
    await other.auth.login({ name, password })
    const mine = (await other.auth.sessions()).find(({ current }) => !current)!
    await other.auth.revoke(mine.id)
    await again
    assert.deepEqual(room.you.can, ['watch'])
    assert.equal(one.auth.user, undefined)
    room.leave()
  })

  test('bots talk and give through the SDK, and leave when told', async () => {
    const watching = await client().live.join(live)
    const spoken = new Set<string>()
    watching.on('danmaku', (lines) => lines.forEach(({ user: { id } }) => spoken.add(id)))
    const given = first<unknown>(
      (fn) => watching.on('gift', fn),
      () => true,
    )
    const several = first(
      (fn) => watching.on('danmaku', fn),
      () => spoken.size >= 3,
    )
    const crew = await runBots({
      endpoint: platform.endpoint,
      room: live,
      bots: 4,
      paceMs: 100,
      coins: 300,
    })
    await Promise.all([given, several])
    await crew.stop()
    assert.ok(crew.counts.lines > 2)
    assert.deepEqual(
      Object.keys(crew.counts.refused).filter(
        (code) => !['danmaku.repeat', 'closed', 'rate_limited', 'queue_full'].includes(code),
      ),
      [],
    )
    watching.leave()
  })

  test('the host pauses, goes on and ends', async () => {
    const stage = await host.live.join(live)
    const watching = await client().live.join(live)
    await stage.session.setup({ title: '最后一首' })
    await first(
      (fn) => watching.select(({ live }) => live.title, fn),
      (title) => title === '最后一首',
    )
    await stage.session.pause()
    await status(watching, 'paused')
    await stage.session.resume()
    await status(watching, 'live')
    await stage.session.end()
    await status(watching, 'ended')
    const gift = await (await user('late_1', 10)).live.join(live)
    await assert.rejects(gift.gifts.send({ gift: 'flower' }), (e) => isReject(e, 'live.not_live'))
    for (const room of [stage, watching, gift]) room.leave()
  })
}

/** Resolves with the first value that fits. */
function first<T = unknown>(
  subscribe: (fn: (value: T) => void) => () => void,
  fits: (value: T) => boolean,
): Promise<T> {
  return new Promise((resolve) => {
    const stop = subscribe((value) => {
      if (!fits(value)) return
      // The subscription may call back before it returns.
      queueMicrotask(() => stop())
      resolve(value)
    })
  })
}

const status = (room: LiveRoom, wanted: string): Promise<unknown> =>
  first(
    (fn) => room.select(({ live }) => live.status, fn),
    (now) => now === wanted,
  )
