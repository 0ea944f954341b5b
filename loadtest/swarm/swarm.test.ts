import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameSplitter } from './frame-splitter.ts'
import { Histogram } from './histogram.ts'
import { checkFiles, checkPorts, sourceAddress } from './limits.ts'

test('[SW1] frames are found whole however the stream is cut', () => {
  const payloads = fc.array(fc.oneof(fc.nat(130), fc.integer({ min: 65_530, max: 65_540 })), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 70_000 })), (lengths, cuts) => {
      const stream = Buffer.concat(lengths.map((length, index) => serverFrame(length, index)))
      const found: [opcode: number, length: number, first: number | undefined][] = []
      const splitter = new FrameSplitter()
      const sink = {
        frame: (opcode: number, bytes: Buffer, start: number, end: number) =>
          void found.push([opcode, end - start, end > start ? bytes[start] : undefined]),
      }
      let at = 0
      for (const cut of [...cuts, Infinity]) {
        const end = Math.min(stream.length, at + cut)
        splitter.push(stream, at, end, sink)
        at = end
      }
      assert.deepEqual(
        found,
        lengths.map((length, index) => [2, length, length ? index : undefined]),
      )
    }),
    { numRuns: 60 },
  )
  assert.throws(
    () => new FrameSplitter().push(Buffer.of(0x02, 0), 0, 2, { frame() {} }),
    /no Plaza/,
  )
})

function serverFrame(length: number, fill: number): Buffer {
  const head =
    length < 126
      ? Buffer.of(0x82, length)
      : length < 65_536
        ? Buffer.of(0x82, 126, length >> 8, length & 255)
        : Buffer.of(0x82, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255)
  return Buffer.concat([head, Buffer.alloc(length, fill)])
}

test('[SW2] a percentile is off by less than 1.6 %, also of histograms that were added up', () => {
  const times = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(times, times, fc.double({ min: 0, max: 1, noNaN: true }), (some, others, share) => {
      const [one, other] = [new Histogram(), new Histogram()]
      for (const ms of some) one.record(ms)
      for (const ms of others) other.record(ms)
      const sum = new Histogram(one.buckets)
      sum.add(new Histogram(other.buckets))
      const all = [...some, ...others].sort((a, b) => a - b)
      const exact = all[Math.max(1, Math.ceil(share * all.length)) - 1]!
      assert.equal(sum.count, all.length)
      assert.ok(Math.abs(sum.percentile(share) - exact) <= 0.001 + exact * 0.016)
    }),
  )
  assert.ok(Number.isNaN(new Histogram().percentile(0.5)))
})

test('[SW3] too many sockets for the machine are refused with the way out', () => {
  assert.throws(() => checkFiles(20_000, 20_000), /ulimit -n 20200.*process/)
  assert.throws(() => checkPorts(30_000, [32_768, 60_999]), /ip_local_port_range/)
  checkFiles(19_800, 20_000)
  checkPorts(20_000, [32_768, 60_999])
  const addresses = new Set<string | undefined>()
  for (let index = 0; index < 20_000; index += 1)
    addresses.add(sourceAddress('ws://127.0.0.1:1/', 9, index))
  assert.equal(addresses.size, 23)
  assert.equal(sourceAddress('ws://plaza.example:1/', 9, 0), undefined)
})
