import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client as StockClient } from '@colyseus/sdk'
import { uuidv7 } from 'uuidv7'
import { platforms } from '../support/platforms.ts'
import { register, uniqueName, until } from '../support/people.ts'

for (const kind of platforms)
  test(
    `[SP3] [SP4] on ${kind.name} a stock Colyseus client takes a seat, says something and is heard`,
    { skip: kind.skip },
    async (t) => {
      const server = await kind.start({ PLAZA_MEDIA: 'none' })
      t.after(() => server.dispose())
      const host = await register(server.endpoint, uniqueName('host'))
      t.after(() => host.close())
      const live = await host.live.create({ title: 'For every client', category: 'games' })
      const room = await host.live.join(live.id)

      const { endpoint } = server
      const post = async (path: string, body?: unknown, token?: string) => {
        const answer = await fetch(endpoint + path, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(token && { authorization: `Bearer ${token}` }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        })
        assert.ok(answer.ok, await answer.clone().text())
        return answer.json() as Promise<any>
      }
      const name = uniqueName('stock')
      const { accessToken } = await post('/api/auth/register', {
        name,
        password: 'quite a long passphrase',
      })
      const seat = await post(`/api/rooms/live_${live.id}/seat`, undefined, accessToken)
      const stock = await new StockClient(endpoint).consumeSeatReservation(seat)
      t.after(() => void stock.leave()) // its promise waits for a server that may be gone
      const welcome = Promise.withResolvers<any>()
      const answers = new Map<string, unknown[]>()
      stock.onMessage('w', (message) => welcome.resolve(message))
      stock.onMessage('a', (message: unknown[]) => answers.set(message[0] as string, message))
      for (const lane of ['m', 's', 'y']) stock.onMessage(lane, () => undefined)
      const { you, view } = await welcome.promise
      assert.equal(you.name, name)
      assert.equal(view.live.title, 'For every client')

      const id = uuidv7()
      stock.send('c', [id, 'danmaku.send', { text: 'from a stock client' }])
      await until('the command is answered', () => answers.get(id))
      assert.equal(answers.get(id)![1], 'ok')
      await until('the host reads it', () =>
        room.view.danmaku.recent.some(({ text }) => text === 'from a stock client'),
      )
      const wrong = uuidv7()
      stock.send('c', [wrong, 'live.end', {}])
      await until('the refusal is there', () => answers.get(wrong))
      assert.equal(answers.get(wrong)![1], 'forbidden')
    },
  )
