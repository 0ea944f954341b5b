import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCommand, UsageError } from './options.ts'

function options(line: string) {
  const command = readCommand(line.split(' '))
  assert.equal(command.what, 'run')
  return command.options
}

test('[LT4] options replace the defaults of the scenario', () => {
  const { plan, seed, thresholds } = options(
    'viral-room --viewers 20000 --rate 80 --rate gifts=7 --duration 5m --seed 9 --threshold ack.p99<1s',
  )
  assert.equal(plan.viewers, 20_000)
  assert.deepEqual(plan.rates, { danmaku: 80, gifts: 7, likes: 20 })
  assert.equal(plan.duration, 300)
  assert.equal(seed, 9)
  assert.deepEqual(
    thresholds.map(({ text }) => text),
    ['ack.p99<1s'],
  )
  assert.equal(options('join-storm --viewers 3000 --rate 1500').plan.ramp, 2)
  assert.equal(options('gift-rush --rate 900').plan.rates.gifts, 900)
})

test('[LT4] a command that asks for nothing gets help', () => {
  assert.equal(readCommand([]).what, 'help')
  assert.equal(readCommand(['viral-room', '--help']).what, 'help')
})

test('[LT4] what is wrong is told with the way to put it right', () => {
  const wrong: readonly [string, RegExp][] = [
    ['viral-rom', /no scenario 'viral-rom'\. There are: viral-room, /],
    ['viral-room gift-rush', /One scenario at a time/],
    ['viral-room --viewers many', /--viewers wants a whole number from 0 to/],
    ['viral-room --viewers=-3', /--viewers wants a whole number from 0 to/],
    ['viral-room --duration soon', /--duration wants a time such as 30, 30s or 5m/],
    ['viral-room --duration 0', /at least 1 s/],
    ['viral-room --rate gits=3', /danmaku=N, gifts=N, likes=N, joins=N/],
    ['viral-room --threshold ack<200ms', /'ack\.p99<200ms'/],
    ['viral-room --url localhost:2567', /an address such as http:\/\//],
    ['viral-room --url https://live.example.org', /no TLS.*http:\/\/live\.example\.org/],
    ['viral-room --url http://127.0.0.1:1 --cluster 2', /leave out --cluster/],
    ['viral-room --colour red', /Unknown option '--colour'.*--help/],
    ['viral-room --bug none', /There is no bug 'none'\. There are: 'lose/],
    ['compare one.json', /compare wants two reports/],
    ['--viewers 3', /Name a scenario: viral-room/],
  ]
  for (const [line, message] of wrong) {
    assert.throws(
      () => readCommand(line.split(' ')),
      (error) => error instanceof UsageError && message.test(error.message),
      line,
    )
  }
})
