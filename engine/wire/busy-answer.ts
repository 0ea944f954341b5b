/** The answer of a node that has no time to read a command. */

import { protocol, roomData } from './colyseus.ts'

const idLength = 36
/** `ROOM_DATA`, `c`, an array of two or three, a string of 36 bytes: how every command with a UUID begins. */
const idAt = 6
const fixarray2 = 0x92
const fixarray3 = 0x93
const str8 = 0xd9

const message = 'The node has too much to do; try again a little later.'
/** Encoded once: the id and two bytes of time are put in each time. */
const template = roomData('a', [
  '.'.repeat(idLength),
  'busy',
  message,
  { retryInMs: 0xffff },
  'retry',
])
const placeOfId = 6
const placeOfTime = template.lastIndexOf(0xcd) + 1

/**
 * `busy { retryInMs }` to the command in `frame`, of which its id alone is looked at; undefined where it is
 * none that clients of ours would send. `retryInMs` is whole and below 65,536.
 */
export function busyAnswer(frame: Uint8Array, retryInMs: number): Uint8Array | undefined {
  if (!hasId(frame)) return undefined
  const answer = new Uint8Array(template) // a copy: `slice` of a Buffer is none
  for (let index = 0; index < idLength; index += 1) {
    answer[placeOfId + index] = frame[idAt + index]!
  }
  answer[placeOfTime] = retryInMs >> 8
  answer[placeOfTime + 1] = retryInMs & 0xff
  return answer
}

function hasId(frame: Uint8Array): boolean {
  return (
    frame.length > idAt + idLength &&
    frame[0] === protocol.roomData &&
    frame[1] === 0xa1 &&
    frame[2] === 0x63 &&
    (frame[3] === fixarray3 || frame[3] === fixarray2) &&
    frame[4] === str8 &&
    frame[5] === idLength
  )
}
