/** The services of one node, made from the configuration and what the node already has. */

import type { Logger } from './logger.ts'
import { Ledger } from '../persistence/ledger.ts'
import type { Migrations } from '../persistence/migrate.ts'
import type { Db } from '../persistence/tables.ts'
import { accountMigrations } from '../services/accounts/accounts.store.ts'
import { Accounts } from '../services/accounts/accounts.ts'
import type { Passwords } from '../services/accounts/passwords.ts'
import { AuditLog } from '../services/audit/audit.ts'
import { auditMigrations } from '../services/audit/audit.store.ts'
import { ChannelProjector } from '../services/channels/channel-projector.ts'
import { channelMigrations } from '../services/channels/channels.store.ts'
import { Channels, type Rooms } from '../services/channels/channels.ts'
import { MediaAddresses } from '../services/channels/media-addresses.ts'
import { paymentMigrations } from '../services/payments/payments.store.ts'
import { Payments } from '../services/payments/payments.ts'
import type { PaymentProvider } from '../services/payments/provider.ts'
import { AlipayProvider } from '../services/payments/providers/alipay.ts'
import { SandboxProvider } from '../services/payments/providers/sandbox.ts'
import { StripeProvider } from '../services/payments/providers/stripe.ts'
import { WechatProvider } from '../services/payments/providers/wechat.ts'
import { profileMigrations } from '../services/profiles/profiles.store.ts'
import { Profiles } from '../services/profiles/profiles.ts'
import { Uploads } from '../services/uploads/uploads.ts'
import { Wallets } from '../services/wallet/wallet.ts'
import type { Config } from './config.ts'
import { createCounters, unlimited } from './http/rate-limit.ts'
import { deriveKey, type Secrets } from './secrets.ts'

export interface ServicesOptions {
  readonly config: Config
  readonly secrets: Secrets
  readonly db: Db
  readonly rooms: Rooms
  readonly logger: Logger
  /** An ioredis client: budgets are then counted over all nodes. */
  readonly redis?: unknown
  readonly now?: () => number
  readonly passwords?: Passwords
  /** Told when sessions end before their time: close their sockets. */
  readonly onSessionsEnd?: (userId: string, sessionIds: readonly string[]) => void
  /** Told when a user's roles changed: its sockets still have the former ones. */
  readonly onRolesChange?: (userId: string) => void
}

export interface Services {
  readonly accounts: Accounts
  readonly profiles: Profiles
  readonly uploads: Uploads
  readonly wallets: Wallets
  readonly payments: Payments
  /** Where play money is offered. */
  readonly sandbox: SandboxProvider | undefined
  readonly channels: Channels
  readonly addresses: MediaAddresses
  readonly projector: ChannelProjector
  readonly audit: AuditLog
  readonly now: () => number
}

export const serviceMigrations: Migrations = {
  ...accountMigrations,
  ...profileMigrations,
  ...paymentMigrations,
  ...channelMigrations,
  ...auditMigrations,
}

export function createServices(options: ServicesOptions): Services {
  const { config, secrets, db, rooms, redis, logger, onSessionsEnd, onRolesChange, passwords } =
    options
  const now = options.now ?? Date.now
  const profiles = new Profiles(db)
  const ledger = new Ledger({
    dailyLimit: config.dailyLimit,
    timeZone: config.timeZone,
    ...(options.now ? { now } : {}),
  })
  const counters = config.rateLimits === 'off' ? unlimited : createCounters(redis)
  const audit = new AuditLog(db, now)
  const accounts = new Accounts({
    db,
    profiles,
    accessKey: deriveKey(secrets.root, 'access-token'),
    refreshKey: deriveKey(secrets.root, 'refresh-token'),
    counters,
    now,
    ...(passwords ? { passwords } : {}),
    ...(onSessionsEnd ? { onSessionsEnd } : {}),
    ...(onRolesChange ? { onRolesChange } : {}),
    recordRoles: ({ by, user, from, to }, tx) =>
      audit.append({ actor: by, action: 'user.roles', target: user, detail: { from, to } }, tx),
  })
  const { providers, sandbox } = createProviders(config, secrets)
  if (sandbox)
    logger.warn('Play-money top-ups are on; turn them off where coins are worth something.')
  const addresses = new MediaAddresses(config)
  return {
    accounts,
    profiles,
    uploads: new Uploads(config.dataDir),
    wallets: new Wallets(db, ledger),
    payments: new Payments({ db, ledger, providers, now }),
    sandbox,
    channels: new Channels({ db, rooms, addresses, mediaSecret: secrets.media, now }),
    addresses,
    projector: new ChannelProjector(db),
    audit,
    now,
  }
}

function createProviders(
  config: Config,
  secrets: Secrets,
): { providers: PaymentProvider[]; sandbox: SandboxProvider | undefined } {
  const real = realProviders(config)
  const wanted = config.sandboxPayments
  const isOffered = wanted === 'on' || (wanted === 'auto' && real.length === 0)
  const sandbox = isOffered
    ? new SandboxProvider(deriveKey(secrets.root, 'sandbox-payments'))
    : undefined
  return { providers: sandbox ? [...real, sandbox] : real, sandbox }
}

function realProviders(c: Config): PaymentProvider[] {
  const providers: PaymentProvider[] = []
  const { alipayAppId, alipayPrivateKey, alipayPublicKey, alipayGateway } = c
  if (alipayAppId && alipayPrivateKey && alipayPublicKey)
    providers.push(
      new AlipayProvider({
        appId: alipayAppId,
        privateKey: alipayPrivateKey,
        publicKey: alipayPublicKey,
        gateway: alipayGateway,
      }),
    )
  if (
    c.wechatAppId &&
    c.wechatMerchantId &&
    c.wechatSerial &&
    c.wechatPrivateKey &&
    c.wechatPlatformSerial &&
    c.wechatPlatformKey &&
    c.wechatApiKey
  )
    providers.push(
      new WechatProvider({
        appId: c.wechatAppId,
        merchantId: c.wechatMerchantId,
        serial: c.wechatSerial,
        privateKey: c.wechatPrivateKey,
        platformSerial: c.wechatPlatformSerial,
        platformKey: c.wechatPlatformKey,
        apiKey: c.wechatApiKey,
      }),
    )
  if (c.stripeSecretKey && c.stripeWebhookSecret)
    providers.push(
      new StripeProvider({ secretKey: c.stripeSecretKey, webhookSecret: c.stripeWebhookSecret }),
    )
  return providers
}
