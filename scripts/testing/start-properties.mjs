/** Fixes the seed of every property in this process: `--import start-properties.mjs?seed=7`. */

import fc from 'fast-check'

const seed = Number(new URL(import.meta.url).searchParams.get('seed'))
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
