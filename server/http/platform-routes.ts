/** Routes about the installation itself. */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { json, route, type Route } from '../../services/route.ts'

export interface PlatformRouteOptions {
  readonly name: string
  readonly version: string
  /** Names of payment providers on offer. */
  readonly payments: readonly string[]
  readonly mediaUrl: (origin: string) => string
  readonly rtmpUrl: (origin: string) => string
  readonly registry: Registry
  readonly metricsToken?: string | undefined
  /** Names of what is not in order, e.g. `database`; empty when requests may come. */
  readonly problems: () => Promise<readonly string[]>
}

export function platformRoutes(options: PlatformRouteOptions): Route[] {
  const { name, version, payments, registry, metricsToken } = options
  return [
    route({
      method: 'GET',
      path: '/api/config',
      tag: 'platform',
      summary: 'What a client needs to know of this installation',
      access: 'public',
      rate: 'read',
      response: z.strictObject({
        name: z.string(),
        version: z.string(),
        rtmpUrl: z.string(),
        mediaUrl: z.string(),
        features: z.strictObject({ payments: z.array(z.string()).readonly() }),
      }),
      handle: async ({ origin }) => ({
        name,
        version,
        rtmpUrl: options.rtmpUrl(origin),
        mediaUrl: options.mediaUrl(origin),
        features: { payments },
      }),
    }),
    route({
      method: 'GET',
      path: '/livez',
      tag: 'health',
      summary: 'The process runs',
      access: 'public',
      rate: 'free',
      handle: async () => new Response('ok', { headers: text }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      tag: 'health',
      summary: 'The node takes new clients; 503 with what is not in order otherwise',
      access: 'public',
      rate: 'free',
      handle: async () => {
        const problems = await options.problems().catch(() => ['unknown'])
        const status = problems.length === 0 ? 200 : 503
        return json({ ready: status === 200, problems }, status, { 'cache-control': 'no-store' })
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      tag: 'health',
      summary: 'Prometheus metrics',
      // The token is checked here: it is the scraper's, not a user's.
      access: 'public',
      rate: 'free',
      token: 'own',
      handle: async ({ headers }) => {
        if (metricsToken !== undefined && !isToken(headers.get('authorization'), metricsToken))
          throw new RoomError('unauthorized', 'Send the metrics token as a bearer token.')
        const body = await registry.metrics()
        return new Response(body, { headers: { 'content-type': registry.contentType } })
      },
    }),
  ]
}

const text = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }

function isToken(header: string | null, token: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`))
}
