/** The audience as clients see it. */

import { defineClient } from '../feature.client.ts'
import type { AudienceView } from './audience.protocol.ts'

export const audienceClient = defineClient<AudienceView, Record<never, never>>({
  initial: { count: 0 },
  fold: {
    'audience.changed': (view, { count }) => (count === view.count ? view : { count }),
  },
  commands: () => ({}),
})
