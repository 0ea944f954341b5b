import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createTransport } from './create-transport.ts'
import { transportContract } from './transport.contract.ts'

for (const prefer of ['uws', 'ws'] as const) {
  transportContract(prefer, (options) => createTransport({ ...options, prefer }))
}

test('[TR20] uWebSockets serves this machine, and nothing is said about it', async () => {
  const said: string[] = []
  const transport = await createTransport({
    onFallback: (reason) => said.push(reason),
    handlers: {
      admit: () => ({ status: 404 }),
      opened: () => undefined,
      received: () => undefined,
      closed: () => undefined,
      http: async () => new Response(),
      defect: () => undefined,
    },
  })
  assert.equal(transport.name, 'uws')
  assert.deepEqual(said, [])
  await transport.close()
})
