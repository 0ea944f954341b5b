/** Chromium for tests: headless, silent, and without talking to anybody but the test's own server. */

import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const executablePath = process.env.PLAZA_TEST_CHROMIUM ?? '/usr/bin/chromium'

/** Why browser tests are skipped, or false. */
export const chromiumMissing: string | false = existsSync(executablePath)
  ? false
  : `no Chromium at ${executablePath}`

/** Close it when done. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  })
}
