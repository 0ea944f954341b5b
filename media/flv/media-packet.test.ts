/** Rules of reading packets: what encoders send is understood, what strangers send harms nothing. */

import { test } from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { aacConfig, avcConfig, avcFrame } from '../testing/rtmp-client.ts'
import { audioInfo, videoInfo } from './codec-config.ts'
import { flvTag } from './flv-tag.ts'
import { classifyAudio, classifyVideo } from './media-packet.ts'

const enhanced = (type: number, fourCc: string, frame = 1) =>
  Buffer.concat([Buffer.from([0x80 | (frame << 4) | type]), Buffer.from(fourCc), Buffer.alloc(8)])

test('[MD14] configuration, keyframes and other frames are told apart, also in enhanced RTMP', () => {
  const role = (body: Buffer) => classifyVideo(body, 0)?.role
  assert.equal(role(avcConfig), 'config')
  assert.equal(role(avcFrame(true, Buffer.alloc(9))), 'key')
  assert.equal(role(avcFrame(false, Buffer.alloc(9))), 'frame')
  assert.equal(role(Buffer.from([0x17, 2, 0, 0, 0])), undefined)
  assert.equal(role(Buffer.from([0x57, 1, 0, 0, 0])), undefined)
  assert.equal(role(Buffer.from([0x12, 1, 0, 0, 0])), undefined)
  assert.equal(role(enhanced(0, 'hvc1')), 'config')
  assert.equal(role(enhanced(3, 'av01')), 'key')
  assert.equal(role(enhanced(1, 'vp09', 2)), 'frame')
  assert.equal(role(enhanced(1, 'nope')), undefined)
  assert.equal(classifyVideo(enhanced(1, 'hvc1'), 0)?.codec, 'h265')
  assert.equal(classifyAudio(aacConfig, 0)?.role, 'config')
  assert.equal(classifyAudio(Buffer.from([0x2f, 1]), 0)?.codec, 'mp3')
  assert.equal(classifyAudio(Buffer.from([0x72, 1]), 0), undefined)
})

test('[MD15] the configuration tells codec string, size, channels and sampling rate', () => {
  const video = videoInfo(classifyVideo(avcConfig, 0)!)
  assert.deepEqual(video, { codec: 'h264', rfc6381: 'avc1.42c01e', width: 640, height: 360 })
  const audio = audioInfo(classifyAudio(aacConfig, 0)!)
  assert.deepEqual(audio, { codec: 'aac', rfc6381: 'mp4a.40.2', channels: 2, sampleRate: 44_100 })
})

test('[MD16] no bytes make the reading of packets and configurations throw', () => {
  const starts = fc.constantFrom(
    '',
    '1700000000',
    '1c00000000',
    '1700000000014200',
    '806876633100',
    '8061763031',
    'af00',
    '90',
    '2f',
  )
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      const body = Buffer.concat([Buffer.from(start, 'hex'), rest])
      const video = classifyVideo(body, 0)
      if (video) videoInfo(video)
      const audio = classifyAudio(body, 0)
      if (audio) audioInfo(audio)
    }),
    { numRuns: 3000 },
  )
})

test('[MD17] a tag carries length, time beyond 24 bits and a copy of the body', () => {
  const body = Buffer.from('body')
  const tag = flvTag({ kind: 'video', body }, 0x1234567)
  body.fill(0)
  assert.equal(
    tag.toString('hex'),
    '09' + '000004' + '234567' + '01' + '000000' + '626f6479' + '0000000f',
  )
})
