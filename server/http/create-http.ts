/** The HTTP side of a node: every route of every service behind one handler. */

import { SeatGate } from '../../engine/runtime/seat-gate.ts'
import { accountRoutes } from '../../services/accounts/accounts.http.ts'
import { channelRoutes } from '../../services/channels/channels.http.ts'
import { paymentRoutes } from '../../services/payments/payments.http.ts'
import { sandboxRoutes } from '../../services/payments/sandbox.http.ts'
import { profileRoutes } from '../../services/profiles/profiles.http.ts'
import type { BriefHandler } from '../../engine/transport/transport.ts'
import type { Route } from '../../services/route.ts'
import { uploadRoutes } from '../../services/uploads/uploads.http.ts'
import { walletRoutes } from '../../services/wallet/wallet.http.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { Services } from '../services.ts'
import { addressReader } from './client-address.ts'
import type { Inspector } from '../inspector/inspector.ts'
import { inspectorRoutes } from '../inspector/inspector.http.ts'
import { docs } from './docs.ts'
import { briefSeats } from './brief-seats.ts'
import { createHandler, type HttpHandler } from './handler.ts'
import { Origins } from './origins.ts'
import { platformRoutes } from './platform-routes.ts'
import { createCounters, RateLimits, unlimited } from './rate-limit.ts'
import { SeatDesk, seatRoutes, type SeatIssuer } from './seat-routes.ts'
import { webApp } from './web-app.ts'

export interface HttpDeps {
  readonly config: Config
  readonly services: Services
  readonly seats: SeatIssuer
  /** Absent where there are no rooms to look into. */
  readonly inspector?: Inspector
  readonly logger: Logger
  readonly metrics: Metrics
  readonly version: string
  /** The built web app. */
  readonly webDir: string
  /** Names of what is not in order, for /readyz. */
  readonly problems: () => Promise<readonly string[]>
  /** An ioredis client: budgets are then counted over all nodes. */
  readonly redis?: unknown
  /** Checks answers against their schemas too; for tests. */
  readonly checkAnswers?: boolean
}

/** The handler of all requests; its `brief` takes those that come by the thousand. */
export function createHttp(deps: HttpDeps): HttpHandler & { readonly brief: BriefHandler } {
  const { config, services, logger, metrics } = deps
  const { addresses } = services
  const mediaUrl = (origin: string): string => addresses.media(origin)
  const gate = seatGate(config)
  const desk = new SeatDesk({ seats: deps.seats, channels: services.channels, gate })
  const routes: Route[] = [
    ...accountRoutes(services.accounts),
    ...profileRoutes(services.profiles, services.uploads),
    ...uploadRoutes(services.uploads),
    ...channelRoutes(services.channels),
    ...walletRoutes(services.wallets),
    ...paymentRoutes({
      payments: services.payments,
      onRefused: (provider, code) =>
        logger.warn({ provider, code }, 'A payment notice was refused.'),
    }),
    ...seatRoutes(desk),
    ...(deps.inspector ? inspectorRoutes(deps.inspector) : []),
    ...platformRoutes({
      name: config.name,
      version: deps.version,
      payments: services.payments.providers,
      mediaUrl,
      rtmpUrl: (origin) => addresses.rtmp(origin),
      registry: metrics.registry,
      metricsToken: config.metricsToken,
      problems: deps.problems,
    }),
  ]
  const { sandbox, payments, now } = services
  if (sandbox) {
    const deliver = (request: Request): Promise<Response> => handler(request, { ip: '127.0.0.1' })
    const siteName = config.name
    routes.push(...sandboxRoutes({ payments, provider: sandbox, siteName, now, deliver }))
  }
  const reference = docs(routes, { name: config.name, version: deps.version })
  const common = {
    authenticate: (token: string) => services.accounts.authenticate(token),
    address: addressReader(config.trustProxy),
    origins: new Origins(config.publicUrl, config.allowedOrigins),
    limits: new RateLimits(config.rateLimits === 'off' ? unlimited : createCounters(deps.redis)),
    logger,
    metrics: metrics.http,
    publicUrl: config.publicUrl,
  }
  const handler = createHandler({
    ...common,
    routes: [...routes, reference.route],
    fallback: webApp({
      webDir: deps.webDir,
      uploadsDir: services.uploads.directory,
      docs: reference.serve,
      mediaUrl,
    }),
    ...(deps.checkAnswers ? { checkAnswers: true } : {}),
  })
  return Object.assign(handler, { brief: briefSeats({ ...common, desk }) })
}

/** Load tests come all at once; who lifts the limits means it, unless this one is set. */
function seatGate({ seatsPerSecond, rateLimits }: Config): SeatGate {
  return new SeatGate({
    perSecond: seatsPerSecond ?? (rateLimits === 'off' ? 1e6 : 1_000),
    now: () => performance.now(),
    after: (ms, task) => {
      const timer = setTimeout(task, ms)
      return () => clearTimeout(timer)
    },
    random: Math.random,
  })
}
