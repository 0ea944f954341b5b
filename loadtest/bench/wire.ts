/**
 * A frame of 20 danmaku lines, and a command of a client, encoded and decoded: processor time and bytes,
 * beside JSON, msgpackr as it comes, and Colyseus Schema with the same lines added to a state.
 */

import { Decoder, Encoder, schema, t } from '@colyseus/schema'
import { pack, unpack } from 'msgpackr'
import { readClientFrame } from '../../engine/wire/client-frame.ts'
import { readServerFrame, roomData } from '../../engine/wire/colyseus.ts'
import type { WireEvent } from '../../engine/wire/messages.ts'
import type { Bench, Variant } from './bench.ts'
import { median, noise } from './median.ts'

const perFrame = 20
const times = 3_000
const rounds = 5

/** One way of writing something down and reading it back. */
interface Format {
  readonly name: string
  encode(): Uint8Array
  decode(bytes: Uint8Array): unknown
}

const events = Array.from({ length: perFrame }, (_, index): WireEvent => {
  const line = {
    id: `0198c0de-0000-7000-8000-0000000000${10 + index}`,
    user: { id: 'u_0123456789ab', name: 'somebody' },
    text: `this is line ${index} of a live`,
    color: '#ffffff',
    mode: 'scroll',
    mentions: [],
  }
  return ['danmaku.sent', line, 1_800_000_000_000 + index]
})
const frame = [7, events, 0]
const command = ['0198c0de-0000-7000-8000-000000000001', 'danmaku.send', { text: 'hello there' }]

export const wire: Bench = async (say) => {
  const formats: readonly Format[] = [
    {
      name: 'frame: Plaza',
      encode: () => roomData('s', frame),
      decode: (bytes) => readServerFrame(bytes),
    },
    { name: 'frame: JSON', ...json(frame) },
    { name: 'frame: msgpackr', encode: () => pack(frame), decode: (bytes) => unpack(bytes) },
    { name: 'frame: Schema', ...schemaLines() },
    {
      name: 'command: Plaza, strict',
      encode: () => roomData('c', command),
      decode: (bytes) => readClientFrame(bytes),
    },
    { name: 'command: JSON', ...json(command) },
    { name: 'command: msgpackr', encode: () => pack(command), decode: (bytes) => unpack(bytes) },
  ]
  const costs = formats.map(() => ({ encode: [] as number[], decode: [] as number[] }))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { encode, decode }] of formats.entries()) {
      const bytes = Uint8Array.from(encode())
      const encoding = microsOf(encode)
      const decoding = microsOf(() => decode(bytes))
      if (!round) continue // for the compiler
      costs[index]!.encode.push(encoding)
      costs[index]!.decode.push(decoding)
    }
  }
  say(`${rounds} rounds of ${times} each`)
  const variants = formats.map(({ name, encode }, index): Variant => {
    const { encode: encoding, decode: decoding } = costs[index]!
    return {
      name,
      encodeMicros: median(encoding),
      decodeMicros: median(decoding),
      bytes: encode().length,
      noisePercent: 100 * Math.max(noise(encoding), noise(decoding)),
    }
  })
  const sum = (name: string): number => {
    const { encodeMicros, decodeMicros } = variants.find((one) => one.name === name)!
    return Number(encodeMicros) + Number(decodeMicros)
  }
  return {
    variants,
    ratios: {
      'frame, JSON / Plaza': sum('frame: JSON') / sum('frame: Plaza'),
      'frame, Schema / Plaza': sum('frame: Schema') / sum('frame: Plaza'),
      'command, JSON / Plaza': sum('command: JSON') / sum('command: Plaza, strict'),
    },
  }
}

/** As text, to UTF-8 and back. */
function json(value: unknown): Omit<Format, 'name'> {
  const decoder = new TextDecoder()
  return {
    encode: () => Buffer.from(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(decoder.decode(bytes)),
  }
}

/** The lines replace those of the frame before; a state that only grew would flatter nobody. */
function schemaLines(): Omit<Format, 'name'> {
  const Line = schema({
    id: t.string(),
    user: t.string(),
    name: t.string(),
    text: t.string(),
    color: t.string(),
    mode: t.string(),
    at: t.number(),
  })
  const State = schema({ lines: t.array(Line) })
  const state = new State()
  const encoder = new Encoder(state)
  encoder.encodeAll()
  const decoder = new Decoder(new State())
  return {
    encode() {
      state.lines.clear()
      for (const [, data, at] of events) {
        const { user, mentions: _, ...rest } = data as Record<string, any>
        state.lines.push(new Line().assign({ ...rest, user: user.id, name: user.name, at }))
      }
      const bytes = encoder.encode()
      encoder.discardChanges()
      return bytes
    },
    decode: (bytes) => decoder.decode(bytes),
  }
}

/** Processor time of one, in the mean of many. */
function microsOf(work: () => unknown): number {
  const before = process.cpuUsage()
  for (let index = 0; index < times; index += 1) work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}
