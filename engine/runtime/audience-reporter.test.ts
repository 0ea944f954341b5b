import { test } from 'node:test'
import assert from 'node:assert/strict'
import { AudienceReporter } from './audience-reporter.ts'
import { RoomError } from '../kernel/room-error.ts'
import { defaultSettings, type RoomHost } from './room-host.ts'

function rig() {
  const asked: [string, any][] = []
  const due: { ms: number; task: () => void }[] = []
  const state = { refuses: false }
  const commands = new Map([
    ['audience.report', {}],
    ['audience.present', {}],
  ])
  const directory = {
    kinds: new Map([['live', { commands }]]),
    ask: async (_room: string, command: string, input: unknown) => {
      asked.push([command, input])
      if (state.refuses) throw new RoomError('room.lost', 'It moves.')
    },
  }
  const clock = {
    now: () => 0,
    after(ms: number, task: () => void) {
      const one = { ms, task }
      due.push(one)
      return () => void due.splice(due.indexOf(one), 1)
    },
  }
  const neighbours = { self: 'a', list: () => ['a', 'b'], onGone: () => () => undefined }
  const host = { directory, clock, neighbours, settings: defaultSettings } as unknown as RoomHost
  const ring = (ms: number): void => {
    const at = due.findIndex((one) => one.ms === ms)
    due.splice(at, 1)[0]!.task()
  }
  return { asked, due, state, ring, reporter: new AudienceReporter('live_x', 'live_x-1', host) }
}

test('[AU9] an instance that is new tells its room which nodes there are, so that nobody dead is counted', () => {
  const { asked, due, ring, reporter } = rig()
  assert.deepEqual(asked, [], 'it has not had time to hear of them')
  ring(defaultSettings.reportMs)
  assert.deepEqual(asked, [['audience.present', { nodes: ['a', 'b'] }]])
  reporter.stop()
  rig().reporter.stop()
  assert.deepEqual(due, [], 'nothing is left behind')
})

test('[AU10] an instance whose room got a new leader asks for the sum once more, until it is heard', async () => {
  const { asked, state, ring, reporter } = rig()
  const reports = (): boolean[] =>
    asked.filter(([name]) => name === 'audience.report').map(([, { anew }]) => anew ?? false)
  reporter.entered({ id: 'u', name: 'U', roles: ['user'] }, false)
  ring(defaultSettings.reportMs) // the first one's: which nodes there are
  ring(defaultSettings.reportMs)
  assert.deepEqual(reports(), [false])
  state.refuses = true
  reporter.again()
  await new Promise(setImmediate)
  state.refuses = false
  ring(defaultSettings.reportMs)
  ring(defaultSettings.reportMs)
  ring(defaultSettings.repeatMs)
  assert.deepEqual(reports(), [false, true, true, false])
  reporter.stop()
})
