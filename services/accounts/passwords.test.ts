import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { checkNewPassword, Passwords } from './passwords.ts'

const refusalOf = (password: string, name = 'mia'): string | undefined => {
  try {
    checkNewPassword(password, name)
    return undefined
  } catch (error) {
    assert.ok(error instanceof RoomError)
    return error.code
  }
}

test('[AC3] a password has 8 to 128 characters and may be anything else', () => {
  assert.equal(refusalOf('k7#pq2w'), 'invalid')
  assert.equal(refusalOf('x9'.repeat(65)), 'invalid')
  for (const good of [
    'zebra lamp stairs',
    'nqzvkwtr',
    '84729105',
    '我的猫不喜欢星期一',
    'é'.repeat(3) + 'xyzzy',
  ])
    assert.equal(refusalOf(good), undefined, good)
  assert.equal(
    refusalOf(Array.from({ length: 64 }, (_, i) => 'kzqw7'[i % 5]! + (i % 7)).join('')),
    undefined,
  )
})

test('[AC3] passwords that attackers try first are refused', () => {
  const common = [
    'password',
    'Password1',
    'P4$$w0rd!',
    'qwertyuiop',
    '12345678',
    '123456789',
    '87654321',
  ]
  const more = [
    'iloveyou',
    'woaini1314',
    'aaaaaaaa',
    'abcabcabc',
    'abcd1234',
    '19900101',
    '1qaz2wsx',
  ]
  for (const password of [
    ...common,
    ...more,
    'qwerty123',
    'Dragon2024!',
    'letmein!!',
    '11223344'.repeat(2),
  ])
    assert.equal(refusalOf(password), 'password.common', password)
})

test('[AC3] the own name with digits around it is refused', () => {
  assert.equal(refusalOf('rosalind1987', 'Rosalind'), 'password.common')
  assert.equal(refusalOf('rosalind1987', 'petra'), undefined)
})

test('[AC4] passwords are hashed with Argon2id, 19 MiB, two passes, one lane, each with its own salt', async () => {
  const passwords = new Passwords()
  const [one, two] = await Promise.all([passwords.hash('zebra lamp'), passwords.hash('zebra lamp')])
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(one, two)
  assert.equal(await passwords.verify(one, 'zebra lamp'), true)
  assert.equal(await passwords.verify(one, 'zebra lamq'), false)
  assert.equal(
    await passwords.verify(await passwords.hash('ﬁsh and chips'), 'fish and chips'),
    true,
  )
})

test('[AC4] a hash with other parameters is out of date', async () => {
  const passwords = new Passwords()
  const weak = await hash('zebra lamp', { memoryCost: 8192, timeCost: 1, parallelism: 1 })
  assert.equal(passwords.isOutdated(weak), true)
  assert.equal(passwords.isOutdated(await passwords.hash('zebra lamp')), false)
  assert.equal(await passwords.verify(weak, 'zebra lamp'), true)
})

test('[AC5] beyond the queue further hashes are refused as busy, the waiting ones are done', async () => {
  const passwords = new Passwords({ atOnce: 1, mostWaiting: 2 })
  const asked = Array.from({ length: 5 }, () => passwords.hash('zebra lamp'))
  const outcomes = await Promise.allSettled(asked)
  const refused = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason as RoomError] : []))
  assert.equal(outcomes.length - refused.length, 3)
  assert.deepEqual(
    refused.map(({ code, retry }) => [code, retry]),
    [
      ['busy', 'retry'],
      ['busy', 'retry'],
    ],
  )
  assert.ok(await passwords.hash('zebra lamp'))
})

test('[AC6] without an account the work is the same and the answer is no', async () => {
  const passwords = new Passwords()
  assert.equal(await passwords.verify(undefined, 'no account has this password'), false)
})
