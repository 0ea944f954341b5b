/** Every environment variable that a server or a media node knows. */

import { namesOf, settings } from '../../server/settings.ts'
import { readTree } from './source-tree.ts'

/** With the `_FILE` form of secrets. */
export function settingNames(): ReadonlySet<string> {
  const ofMedia = readTree(/^media\/config\.ts$/).get('media/config.ts') ?? ''
  return new Set([
    ...settings.flatMap(namesOf),
    ...[...ofMedia.matchAll(/^ {2}(PLAZA_\w+):/gm)].map(([, name = '']) => name),
  ])
}
