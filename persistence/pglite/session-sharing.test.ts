import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameReader, queryFrame } from './frames.ts'
import { SessionSharing } from './session-sharing.ts'

/** A session that echoes what it is asked, and knows begin, commit, rollback. */
function fakeSession(idleMs = 60_000) {
  const log: string[] = []
  const sent: [string, string][] = []
  const ended: string[] = []
  let inside = false
  const gates: (() => void)[] = []
  let gated = false
  const sharing = new SessionSharing({
    serverVersion: '18.6',
    idleMs,
    exec: async (bytes) => {
      if (gated) await new Promise<void>((resolve) => gates.push(resolve))
      const answers = new FrameReader(true).push(bytes).map((frame) => {
        const text = textOf(frame.bytes)
        log.push(text)
        if (text === 'begin') inside = true
        if (text === 'commit' || text === 'rollback') inside = false
        return Buffer.concat([
          ...(text === 'notify' ? [message('A', 'note')] : []),
          message('D', text),
        ])
      })
      return Buffer.concat([...answers, Buffer.from([0x5a, 0, 0, 0, 5, inside ? 0x54 : 0x49])])
    },
    send: (connection, bytes) => {
      for (const frame of new FrameReader(true).push(bytes))
        if ('DAE'.includes(frame.type)) sent.push([connection, frame.type + textOf(frame.bytes)])
    },
    end: (connection) => ended.push(connection),
  })
  const open = (id: string) => {
    sharing.open(id)
    sharing.data(id, startup)
  }
  return {
    sharing,
    log,
    sent,
    ended,
    open,
    ask: (id: string, text: string) => sharing.data(id, queryFrame(text)),
    gate: (closed: boolean) => {
      gated = closed
      if (!closed) for (const go of gates.splice(0)) go()
    },
  }
}

const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])

test('[PS1] while one is in a transaction the others wait, and then go on in the order in which they asked', async () => {
  const { open, ask, log } = fakeSession()
  for (const id of ['a', 'b', 'c']) open(id)
  ask('a', 'begin')
  ask('b', 'b1')
  ask('c', 'c1')
  ask('a', 'a1')
  await until(() => log.length === 2)
  ask('a', 'commit')
  await until(() => log.length === 5)
  assert.deepEqual(log, ['begin', 'a1', 'commit', 'b1', 'c1'])
})

test('[PS2] one that goes away inside a transaction is rolled back, and the others go on', async () => {
  const { open, ask, log, sharing } = fakeSession()
  for (const id of ['a', 'b']) open(id)
  ask('a', 'begin')
  ask('b', 'b1')
  await until(() => log.length === 1)
  sharing.close('a')
  sharing.close('a')
  ask('a', 'too late')
  await until(() => log.length === 3)
  assert.deepEqual(log, ['begin', 'rollback', 'b1'])
})

test('[PS2] one that goes away while its query runs is rolled back after it', async () => {
  const { open, ask, log, sharing, gate } = fakeSession()
  for (const id of ['a', 'b']) open(id)
  gate(true)
  ask('a', 'begin')
  ask('b', 'b1')
  sharing.close('a')
  gate(false)
  await until(() => log.length === 3)
  assert.deepEqual(log, ['begin', 'rollback', 'b1'])
})

test('[PS3] a transaction that stays idle while others wait is ended and rolled back', async () => {
  const { open, ask, log, sent, ended } = fakeSession(5)
  for (const id of ['a', 'b']) open(id)
  ask('a', 'begin')
  await until(() => log.length === 1)
  ask('b', 'b1')
  await until(() => log.length === 3)
  assert.deepEqual(log, ['begin', 'rollback', 'b1'])
  assert.deepEqual(ended, ['a'])
  assert.ok(sent.some(([id, text]) => id === 'a' && text.includes('25P03')))
})

test('[PS4] notices go to every connection, answers to the one that asked', async () => {
  const { open, ask, sent } = fakeSession()
  for (const id of ['a', 'b']) open(id)
  ask('a', 'notify')
  await until(() => sent.length === 3)
  assert.deepEqual(sent.toSorted(), [
    ['a', 'Anote'],
    ['a', 'Dnotify'],
    ['b', 'Anote'],
  ])
})

test('[PS5] frames come out whole, however the bytes are cut', () => {
  const texts = fc.array(fc.string({ maxLength: 40 }), { maxLength: 20 })
  fc.assert(
    fc.property(
      texts,
      fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 60 }),
      (lines, cuts) => {
        const bytes = Buffer.concat([startup, ...lines.map((line) => queryFrame(line))])
        const reader = new FrameReader(false)
        const frames = []
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const end = at + cuts[cut % cuts.length]!
          frames.push(...reader.push(bytes.subarray(at, end)))
          at = end
        }
        assert.deepEqual(
          frames.map(({ type }) => type),
          ['', ...lines.map(() => 'Q')],
        )
        assert.deepEqual(Buffer.concat(frames.map((frame) => frame.bytes)), bytes)
      },
    ),
  )
})

function message(type: string, text: string): Buffer {
  const frame = queryFrame(text)
  frame.write(type, 0, 'latin1')
  return frame
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8', 5, bytes.length - 1)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
