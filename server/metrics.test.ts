import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

test('[OV7] /metrics tells how long the event loop stood still since it was last asked', async () => {
  const { registry } = createMetrics('n1')
  const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))
  await rest() // the monitor has to have run once before it can be late
  const until = performance.now() + 200
  while (performance.now() < until);
  await rest()
  const page = await registry.metrics()
  const [, longest] = /^nodejs_eventloop_lag_max_seconds\{.*\} (\S+)$/m.exec(page) ?? []
  assert.ok(Number(longest) >= 0.19, longest)
})
