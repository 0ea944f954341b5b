/** What every bus promises. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bus } from './bus.ts'

const text = (message: Uint8Array): string => Buffer.from(message).toString()
const bytes = (message: string): Uint8Array => Buffer.from(message)

/** `pair` gives two buses that hear each other and nobody else; they are closed by the test. */
export function busContract(
  name: string,
  pair: () => Promise<[Bus, Bus]>,
  skip: string | false = false,
): void {
  const run = (rule: string, body: (a: Bus, b: Bus) => Promise<void>): void => {
    test(`${rule} (${name})`, { skip }, async () => {
      const [a, b] = await pair()
      try {
        await body(a, b)
      } finally {
        await Promise.all([a.close(), b.close()])
      }
    })
  }

  run(
    '[CL1] a message reaches every subscriber on every node, once, in the order of its sender',
    async (a, b) => {
      const heard: string[][] = [[], [], []]
      const done = Promise.withResolvers<void>()
      const hear = (index: number) => (message: Uint8Array) => {
        heard[index]!.push(text(message))
        if (heard.every((list) => list.length === 200)) done.resolve()
      }
      await a.subscribe('x', hear(0))
      await b.subscribe('x', hear(1))
      await b.subscribe('x', hear(2))
      const sent = Array.from({ length: 200 }, (_, index) => `m${index}`)
      for (const message of sent) a.publish('x', bytes(message))
      await done.promise
      for (const list of heard) assert.deepEqual(list, sent)
    },
  )

  run('[CL2] channels are apart, and an ended subscription hears nothing more', async (a, b) => {
    const heard: string[] = []
    const end = await b.subscribe('x', (message) => heard.push(`x ${text(message)}`))
    const marked = Promise.withResolvers<void>()
    await b.subscribe('y', (message) => {
      heard.push(`y ${text(message)}`)
      marked.resolve()
    })
    end()
    a.publish('x', bytes('1'))
    a.publish('y', bytes('2'))
    await marked.promise
    assert.deepEqual(heard, ['y 2'])
  })

  run(
    '[CL3] bytes arrive as they were sent, though the sender uses its buffer again',
    async (a, b) => {
      const heard = Promise.withResolvers<Uint8Array>()
      await b.subscribe('x', (message) => heard.resolve(Uint8Array.from(message)))
      const message = Uint8Array.from({ length: 256 }, (_, index) => index)
      a.publish('x', message)
      const expected = Uint8Array.from(message)
      message.fill(0)
      assert.deepEqual(await heard.promise, expected)
    },
  )
}
