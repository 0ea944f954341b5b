import assert from 'node:assert/strict'
import { test } from 'node:test'
import { busyAnswer } from './busy-answer.ts'
import { readServerFrame, roomData, signal } from './colyseus.ts'

const id = '019c0000-0000-7000-8000-00000000000'

test('[OV3] an unread command is answered under its id with the time to come back', () => {
  const answers = [1, 2].map((n) =>
    busyAnswer(roomData('c', [`${id}${n}`, 'gift.send', { gift: 'rose' }]), 499 + n),
  )
  answers.push(busyAnswer(roomData('c', [`${id}3`, 'x']), 200))
  const read = answers.map((answer) => {
    const frame = readServerFrame(answer!)
    assert.ok(frame.kind === 'data' && frame.type === 'a')
    return frame.payload as [string, string, string, { retryInMs: number }, string]
  })
  assert.deepEqual(
    read.map(([of, code, , { retryInMs }, retry]) => [of, code, retryInMs, retry]),
    [
      [`${id}1`, 'busy', 500, 'retry'],
      [`${id}2`, 'busy', 501, 'retry'],
      [`${id}3`, 'busy', 200, 'retry'],
    ],
  )
})

test('[OV3] what is no command with a UUID is left to the reader', () => {
  const whole = roomData('c', [`${id}1`, 'x', 1])
  const others = [
    signal(18),
    roomData('d', [`${id}1`, 'x', 1]),
    roomData('c', ['short', 'x', 1]),
    roomData('c', { id: `${id}1` }),
    whole.subarray(0, 42),
    new Uint8Array(),
  ]
  for (const frame of others) assert.equal(busyAnswer(frame, 500), undefined)
})
