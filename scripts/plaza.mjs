#!/usr/bin/env node
/**
 * `plaza COMMAND [argument…]`, from any folder after `npm link`, or `npx plaza` in this one: what people run of
 * package.json's scripts, under one name. Plain JavaScript without dependencies, as setup.mjs is.
 */

import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from './setup.mjs'

/** The rest of package.json's scripts is for those who work on Plaza. */
const offered = 'start demo cluster media loadtest bench chaos sim audit secrets'.split(' ')

/** What setup.mjs is told for `command`, or undefined where there is no such command. */
export function setupArguments(scripts, command) {
  if (!offered.includes(command)) return undefined
  const [node, setup, ...args] = scripts[command].split(' ')
  if (`${node} ${setup}` !== 'node scripts/setup.mjs')
    throw new Error(`package.json: ${command} goes past scripts/setup.mjs`)
  return args
}

if (
  process.argv[1] !== undefined &&
  realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)
) {
  const [command, ...rest] = process.argv.slice(2)
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const args = setupArguments(scripts, command)
  if (args === undefined) {
    console.error(`plaza COMMAND [argument…]\n\nCommands: ${offered.join(', ')}`)
    process.exit(command === undefined || command === '--help' ? 0 : 2)
  }
  await main([...args, ...rest])
}
