/** Every setting of the server: its form, its default and what it means. */

import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65535)
const count = (most: number) => z.coerce.number().int().min(1).max(most)
const url = (protocol: RegExp, example: string) =>
  z
    .url({ protocol, error: `must be a URL such as ${example}` })
    .transform((u) => u.replace(/\/+$/, ''))
const httpUrl = url(/^https?$/, 'https://live.example.org')
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((s) => s.trim())
    .filter(Boolean),
)
const hexKey = z
  .string()
  .regex(/^([0-9a-f]{2}){32,}$/i, 'must be at least 64 hexadecimal digits: openssl rand -hex 32')
const filled = z.string().min(1).max(4096)
const pem = filled.transform((text) => text.replaceAll('\\n', '\n'))

/** Marks a setting whose value is never shown and may be read from a file named by `<NAME>_FILE`. */
const secret = { secret: true }

/** Of setting by setting; `envName` gives the variable that each one is read from. */
export const schema = z.object({
  port: port.default(2567).describe('HTTP API, web app and WebSocket'),
  host: z.string().default('0.0.0.0').describe('Address to listen on'),
  publicUrl: httpUrl
    .optional()
    .describe('The address clients use for this node; unset: what they address it by'),
  dataDir: filled.default('data').describe('PGlite, uploads, recordings and secrets'),
  databaseUrl: url(/^postgres(ql)?$/, 'postgres://plaza@db/plaza')
    .optional()
    .meta(secret)
    .describe('Postgres; unset: PGlite under the data directory'),
  redisUrl: url(/^rediss?$/, 'redis://cache:6379')
    .optional()
    .meta(secret)
    .describe('Redis; unset: one node'),
  nodeId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be 1 to 40 letters, digits, _ or -')
    .optional()
    .describe('Name of this room or media node; unset: random'),
  rtmpPort: port.default(1935).describe('RTMP in'),
  mediaPort: port.default(8000).describe('HTTP-FLV, HLS and replays out'),
  media: z
    .enum(['child', 'none'])
    .default('child')
    .describe('`child`: start a media node; `none`: there are media nodes elsewhere'),
  mediaStreams: count(10_000).default(50).describe('Streams that a media node takes at once'),
  mediaViewers: count(100_000).default(2000).describe('Viewers that a media node serves at once'),
  mediaKbps: count(1_000_000).default(12_000).describe('Bound on one publisher, kbit/s'),
  streamGrace: z.coerce
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .describe('Seconds that a lost publisher may stay away'),
  recordingDays: z.coerce
    .number()
    .min(0)
    .max(36_500)
    .default(30)
    .describe('Days that recordings are kept; 0 keeps none'),
  mediaUrl: httpUrl
    .optional()
    .describe("Public address of the media nodes; unset: this node's host with the media port"),
  rtmpUrl: url(/^rtmps?$/, 'rtmp://live.example.org/live')
    .optional()
    .describe("Where streamers publish; unset: this node's host with the RTMP port"),
  ffmpeg: filled.optional().describe("The ffmpeg program; unset: the system's or the bundled one"),
  roomAudience: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(5000)
    .describe('Sockets an instance takes before new seats go to a relay on another node'),
  lease: z.coerce
    .number()
    .min(0.5)
    .max(60)
    .default(4)
    .describe("Seconds after which others take a dead node's rooms; the same on every node"),
  seatsPerSecond: count(1_000_000)
    .optional()
    .describe('Seats a node gives out a second; unset: 1000 (no limit without rate limits)'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('pino level'),
  name: z.string().min(1).max(40).default('Plaza').describe('Name of the site'),
  secret: hexKey
    .optional()
    .meta(secret)
    .describe('Signs tokens and tickets, the same on every node; unset: made on the first run'),
  secretMedia: hexKey
    .optional()
    .meta(secret)
    .describe('Signs playback addresses, shared with media nodes; unset: made on the first run'),
  trustProxy: list
    .default([])
    .describe('Addresses or networks of proxies whose X-Forwarded-* are believed, by comma'),
  allowedOrigins: list
    .pipe(z.array(z.url({ protocol: /^https?$/ }).transform((u) => new URL(u).origin)))
    .default([])
    .describe('Other web origins that may use the API and the sockets, by comma'),
  rateLimits: z
    .enum(['on', 'off'])
    .default('on')
    .describe('`off` lifts the limits of the HTTP API; for load tests and demos only'),
  dailyLimit: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(50_000)
    .describe('Coins that a user may spend on gifts in a day'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as Asia/Shanghai')
    .default('Asia/Shanghai')
    .describe('Where the day of the spending limit begins'),
  streamerPercent: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(70)
    .describe("Streamer's share of a gift; the platform has the rest"),
  metricsToken: z
    .string()
    .min(16)
    .optional()
    .meta(secret)
    .describe('Bearer token that /metrics asks for; unset: open'),
  sandboxPayments: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe('Play-money top-ups; `auto`: on while no other provider is configured'),
  alipayAppId: filled.optional().describe('Alipay: application id'),
  alipayPrivateKey: pem.optional().meta(secret).describe('Alipay: own RSA2 private key, PEM'),
  alipayPublicKey: pem.optional().meta(secret).describe("Alipay: Alipay's public key, PEM"),
  alipayGateway: httpUrl
    .default('https://openapi.alipay.com/gateway.do')
    .describe('Alipay: gateway'),
  wechatAppId: filled.optional().describe('WeChat Pay: application id'),
  wechatMerchantId: filled.optional().describe('WeChat Pay: merchant id'),
  wechatSerial: filled.optional().describe("WeChat Pay: serial of the merchant's certificate"),
  wechatPrivateKey: pem.optional().meta(secret).describe("WeChat Pay: merchant's private key, PEM"),
  wechatPlatformSerial: filled.optional().describe('WeChat Pay: id of the platform public key'),
  wechatPlatformKey: pem.optional().meta(secret).describe('WeChat Pay: platform public key, PEM'),
  wechatApiKey: z
    .string()
    .length(32)
    .optional()
    .meta(secret)
    .describe('WeChat Pay: APIv3 key, 32 characters'),
  stripeSecretKey: filled.optional().meta(secret).describe('Stripe: secret key'),
  stripeWebhookSecret: filled.optional().meta(secret).describe('Stripe: webhook signing secret'),
})

export type Setting = keyof typeof schema.shape

export const settings = Object.keys(schema.shape) as Setting[]

/** The environment variable of a setting: `rtmpPort` is `PLAZA_RTMP_PORT`. */
export function envName(setting: string): string {
  return `PLAZA_${setting.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`
}

/** The variables that a setting may be given by. */
export function namesOf(setting: Setting): string[] {
  const name = envName(setting)
  return isSecret(setting) ? [name, `${name}_FILE`] : [name]
}

/** True for what is never shown and may be kept in a file. */
export function isSecret(setting: Setting): boolean {
  const shape: z.ZodType = schema.shape[setting]
  return (shape.meta() ?? {})['secret'] === true
}

function isTimeZone(text: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: text }))
  } catch {
    return false
  }
}
