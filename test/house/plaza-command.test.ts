import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setupArguments } from '../../scripts/plaza.mjs'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  bin: { plaza: string }
  scripts: Record<string, string>
}

test('[HO14] plaza COMMAND is the npm script of that name', () => {
  assert.deepEqual(setupArguments(manifest.scripts, 'loadtest'), ['--no-web', 'loadtest/main.ts'])
  assert.deepEqual(setupArguments(manifest.scripts, 'start'), ['server/main.ts'])
  assert.throws(() => setupArguments({ start: 'sh start.sh' }, 'start'), /setup\.mjs/)
})

test('[HO14] another word gets the list and exit code 2, none gets the list', () => {
  const say = (...args: string[]) =>
    spawnSync(process.execPath, [manifest.bin.plaza, ...args], { encoding: 'utf8' })
  const wrong = say('constructor')
  assert.equal(wrong.status, 2)
  assert.match(wrong.stderr, /Commands: start, .*loadtest/)
  assert.equal(say().status, 0)
})
