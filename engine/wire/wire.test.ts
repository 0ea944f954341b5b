import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { closeCodes, nextStep } from './close-codes.ts'
import { decode, encode } from './codec.ts'
import {
  protocol,
  readServerFrame,
  roomData,
  roomDataHead,
  roomDataWith,
  signal,
} from './colyseus.ts'
import { CommandIds, idTime } from './command-id.ts'
import { parseCommand } from './messages.ts'
import { readStrict, UnreadableError } from './strict-reader.ts'

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.uint8Array({ maxLength: 40 }),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string({ maxLength: 20 }).filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value

const roomy = { depth: 12, items: 10_000 }
/** Bytes as numbers, and one zero: the codec writes -0 as the integer 0. */
const bare = (value: unknown): unknown =>
  Object.is(value, -0)
    ? 0
    : value instanceof Uint8Array
      ? [...value]
      : Array.isArray(value)
        ? value.map(bare)
        : value && typeof value === 'object'
          ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bare(one)]))
          : value

test('[WI1] the codec knows one zero', () => {
  assert.ok(Object.is((decode(encode([-0])) as number[])[0], 0))
})

test('[WI1] what the codec writes, it reads', () => {
  fc.assert(
    fc.property(plain, (value) => assert.deepEqual(bare(decode(encode(value))), bare(value))),
  )
})

test('[WI2] the strict reader reads what the codec writes', () => {
  fc.assert(
    fc.property(plain, (value) =>
      assert.deepEqual(bare(readStrict(encode(value), 0, roomy)), bare(value)),
    ),
  )
})

test('[WI3] the strict reader reads the records and the undefined of the stock Colyseus client', () => {
  const stock = new Packr()
  const value = [
    'id',
    'x',
    { text: 'hi', n: 70 },
    [
      { a: 1, b: 65 },
      { a: 2, b: 127 },
    ],
  ]
  assert.deepEqual(readStrict(stock.pack(value)), value)
  assert.deepEqual(readStrict(stock.pack({ a: 1, gone: undefined })), { a: 1 })
})

test('[WI4] depth, items and length are refused before anything is built', () => {
  const nested = (depth: number): unknown => (depth ? [nested(depth - 1)] : 1)
  const bombs: [string, Uint8Array | number[]][] = [
    ['nesting too deep', encode(nested(8))],
    ['nesting too deep', new Uint8Array(60_000).fill(0x91)],
    ['too many values', encode(Array.from({ length: 256 }, () => 1))],
    ['too many values', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['too many values', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['too many values', new Uint8Array(60_000).fill(0x90).fill(0xdc, 0, 1).fill(0xea, 1, 2)],
    ['too many values', [0xd4, 0x72, 0x40, 0xdc, 0xff, 0xff]],
    ['cut off', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['cut off', [0xc6, 0xff, 0xff, 0xff, 0xff]],
  ]
  for (const [reason, bytes] of bombs) {
    assert.throws(
      () => readStrict(Uint8Array.from(bytes)),
      (error: Error) => error instanceof UnreadableError && error.message.startsWith(reason),
      reason,
    )
  }
  assert.deepEqual(readStrict(encode(nested(7))), nested(7))
  assert.equal((readStrict(encode(Array.from({ length: 255 }, () => 1))) as unknown[]).length, 255)
})

test('[WI5] extensions, foreign keys, bad text and trailing bytes are refused', () => {
  const bad: Record<string, number[]> = {
    'a timestamp': [0xd6, 0xff, 0, 0, 0, 0],
    'a regular expression': [0xc7, 0x03, 0x78, 0x91, 0xa1, 0x61],
    'a record under an id that is none': [0xd4, 0x72, 0x10, 0x90],
    'a record whose keys are no list': [0xd4, 0x72, 0x40, 0xa1, 0x61],
    'an id reference': [0xd4, 0x69, 0x01],
    'the key __proto__': [0x81, 0xa9, ...Buffer.from('__proto__'), 0x80],
    'a record with the key __proto__': [
      0xd4,
      0x72,
      0x40,
      0x91,
      0xa9,
      ...Buffer.from('__proto__'),
      1,
    ],
    'a number as key': [0x81, 0x01, 0x01],
    'a key twice': [0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2],
    'overlong UTF-8': [0xa2, 0xc0, 0x80],
    'a lone surrogate': [0xa3, 0xed, 0xa0, 0x80],
    'an integer beyond 2^53': [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    'the byte that is never used': [0xc1],
    'trailing bytes': [0x01, 0x01],
    nothing: [],
  }
  for (const [what, bytes] of Object.entries(bad)) {
    assert.throws(() => readStrict(Uint8Array.from(bytes)), UnreadableError, what)
  }
})

test('[WI6] garbage raises UnreadableError or gives plain data, never anything else', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(plain, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const frame = Uint8Array.from(encode(value))
      frame[at % frame.length] = byte
      return frame
    }),
  )
  fc.assert(
    fc.property(bytes, (frame) => {
      try {
        readStrict(frame)
      } catch (error) {
        assert.ok(error instanceof UnreadableError, String(error))
      }
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    }),
    { numRuns: 2_000 },
  )
})

test('[WI7] a ROOM_DATA frame carries its type and payload; other frames are told apart', () => {
  const frame = roomData('c', ['id', 'x', { a: 1 }])
  assert.deepEqual(roomDataHead(frame), { type: 'c', start: 3 })
  assert.deepEqual(readServerFrame(frame), {
    kind: 'data',
    type: 'c',
    payload: ['id', 'x', { a: 1 }],
  })
  const joined = Uint8Array.from([protocol.joinRoom, 3, 97, 98, 99, 4, 110, 111, 110, 101, 0])
  assert.deepEqual(readServerFrame(joined), { kind: 'joined', reconnectionToken: 'abc' })
  const error = Uint8Array.from([protocol.error, ...encode(524), ...encode('seat expired')])
  assert.deepEqual(readServerFrame(error), { kind: 'error', code: 524, message: 'seat expired' })
  assert.deepEqual(readServerFrame(signal(protocol.leaveRoom)), { kind: 'leave' })
  assert.deepEqual(readServerFrame(signal(31)), { kind: 'unknown' })
  for (const bytes of [[], [13], [13, 0xa5, 97], [13, 7]]) {
    assert.equal(roomDataHead(Uint8Array.from(bytes)), undefined)
  }
})

test('[WI8] command ids ascend, carry the server time and stay in order when the clock steps back', () => {
  let device = 1_000_000
  const ids = new CommandIds(() => device)
  ids.sync(1_700_000_000_000)
  const first = ids.next()
  assert.equal(idTime(first), 1_700_000_000_000)
  device -= 5_000
  const second = ids.next()
  assert.ok(second > first)
  device += 5_001
  assert.equal(idTime(ids.next()), 1_700_000_000_001)
  for (const wrong of ['', first.toUpperCase(), first.replace(/-7/, '-4'), `${first}0`]) {
    assert.equal(idTime(wrong), undefined)
  }
})

test('[WI9] every close code tells the client what to do next', () => {
  const next = Object.fromEntries(
    Object.entries(closeCodes).map(([name, code]) => [name, nextStep(code)]),
  )
  assert.deepEqual(next, {
    moved: 'reconnect',
    slow: 'reconnect',
    draining: 'reconnect',
    unauthorized: 'reauthenticate',
    ticket: 'reauthenticate',
    kicked: 'stop',
    malformed: 'stop',
    flooding: 'stop',
    roomClosed: 'stop',
  })
  assert.deepEqual([1006, 1011, 4001, 4000].map(nextStep), [
    'reconnect',
    'reconnect',
    'reconnect',
    'stop',
  ])
})

test('[WI10] a command is an id, a name and an input; anything else is none', () => {
  assert.deepEqual(parseCommand(['id', 'x', 1]), ['id', 'x', 1])
  assert.deepEqual(parseCommand(['id', 'x']), ['id', 'x', undefined])
  const wrong = [
    null,
    {},
    [],
    ['id'],
    [1, 'x', {}],
    ['id', 2, {}],
    ['', 'x', {}],
    ['id', '', {}],
    ['id', 'x', 1, 1],
    ['i'.repeat(65), 'x', 1],
    ['id', 'x'.repeat(65), 1],
  ]
  for (const one of wrong) assert.equal(parseCommand(one), undefined)
})

test('[WI11] entries that were encoded before go into a frame as if they were encoded with it', () => {
  const plain = fc.dictionary(fc.stringMatching(/^[a-k]{1,9}$/), fc.jsonValue(), { maxKeys: 300 })
  const more = fc.dictionary(fc.stringMatching(/^[l-z]{1,9}$/), fc.jsonValue(), { maxKeys: 3 })
  fc.assert(
    fc.property(plain, more, (payload, others) => {
      const encoded = Object.fromEntries(
        Object.entries(others).map(([key, value]) => [key, encode(value)]),
      )
      const frame = roomDataWith('w', payload, encoded)
      assert.deepEqual(Buffer.from(frame), Buffer.from(roomData('w', { ...payload, ...others })))
    }),
    { numRuns: 200 },
  )
})
