/** Routes of accounts. */

import { z } from 'zod'
import { displayNameInput, me } from '../profiles/profiles.http.ts'
import { json, route, type Call, type Route } from '../route.ts'
import { userId, uuid } from '../schemas.ts'
import { accountLimits, staffRoles } from './accounts.protocol.ts'
import type { Accounts, Origin, SignedIn } from './accounts.ts'
import { deviceOf } from './device.ts'
import { clearRefreshCookie, readRefreshCookie, refreshCookie } from './refresh-cookie.ts'

// Bounds of what is typed; the exact rules are checked after normalising.
const name = z
  .string()
  .min(1)
  .max(accountLimits.name.max * 4)
const password = z.string().min(1).max(512)
const kind = z.enum(['cookie', 'token']).default('token')
const refreshToken = z.string().min(1).max(200)

const session = z.strictObject({
  user: me,
  accessToken: z.string(),
  expiresIn: z.number().int().positive(),
  refreshToken: z.string().optional(),
})
const sessionInfo = z.strictObject({
  id: uuid,
  current: z.boolean(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
  device: z.string().optional(),
})

export function accountRoutes(accounts: Accounts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/auth/register',
      tag: 'accounts',
      summary: 'Make an account and sign in',
      access: 'public',
      rate: 'auth',
      body: z.strictObject({
        name,
        password,
        displayName: displayNameInput.optional(),
        session: kind,
      }),
      status: 201,
      response: session,
      errors: ['name.taken', 'password.common', 'invalid', 'busy'],
      handle: async (call) =>
        signedIn(await accounts.register(call.body, originOf(call, call.body.session)), call, 201),
    }),
    route({
      method: 'POST',
      path: '/api/auth/login',
      tag: 'accounts',
      summary: 'Sign in',
      access: 'public',
      rate: 'auth',
      body: z.strictObject({ name, password, session: kind }),
      response: session,
      errors: ['login.wrong', 'rate_limited', 'busy'],
      handle: async (call) =>
        signedIn(await accounts.login(call.body, originOf(call, call.body.session)), call),
    }),
    route({
      method: 'POST',
      path: '/api/auth/refresh',
      tag: 'accounts',
      summary: 'Exchange the refresh token (of the body, else of the cookie) for the next one',
      access: 'public',
      rate: 'auth',
      cookie: true,
      body: z.strictObject({ refreshToken: refreshToken.optional() }).optional(),
      response: session,
      errors: ['unauthorized', 'origin'],
      handle: async (call) => {
        const token = call.body?.refreshToken ?? readRefreshCookie(call.cookies)
        return signedIn(await accounts.refresh(token ?? ''), call)
      },
    }),
    route({
      method: 'POST',
      path: '/api/auth/logout',
      tag: 'accounts',
      summary: 'End the session of the access token, the refresh token or the cookie',
      access: 'public',
      rate: 'auth',
      cookie: true,
      body: z.strictObject({ refreshToken: refreshToken.optional() }).optional(),
      handle: async (call) => {
        const token = call.body?.refreshToken ?? readRefreshCookie(call.cookies)
        if (token !== undefined) await accounts.logout(token)
        const { caller } = call
        if (caller) await accounts.sessions.end(caller.id, { only: caller.session })
        return new Response(null, { status: 204, headers: { 'set-cookie': clearRefreshCookie } })
      },
    }),
    route({
      method: 'GET',
      path: '/api/auth/sessions',
      tag: 'accounts',
      summary: 'The own sessions, the last used first',
      access: 'user',
      rate: 'read',
      response: z.array(sessionInfo),
      handle: ({ caller }) => accounts.listSessions(caller),
    }),
    route({
      method: 'DELETE',
      path: '/api/auth/sessions/:id',
      tag: 'accounts',
      summary: 'End one of the own sessions',
      access: 'user',
      rate: 'write',
      params: z.strictObject({ id: uuid }),
      errors: ['not_found'],
      handle: ({ caller, params }) => accounts.endSession(caller, params.id),
    }),
    route({
      method: 'POST',
      path: '/api/auth/password',
      tag: 'accounts',
      summary: 'Change the password, and end the other sessions if wished',
      access: 'user',
      rate: 'auth',
      body: z.strictObject({
        current: password,
        next: password,
        endOthers: z.boolean().default(true),
      }),
      errors: ['password.wrong', 'password.common', 'invalid', 'rate_limited'],
      handle: ({ caller, body }) => accounts.changePassword(caller, body),
    }),
    route({
      method: 'POST',
      path: '/api/auth/first-admin',
      tag: 'accounts',
      summary: 'Make the first admin with the one-time token that the server printed',
      access: 'public',
      rate: 'auth',
      body: z.strictObject({ token: z.string().min(1).max(100), name, password, session: kind }),
      status: 201,
      response: session,
      errors: ['admin_token.wrong', 'name.taken', 'password.common'],
      handle: async (call) =>
        signedIn(
          await accounts.firstAdmin(call.body, originOf(call, call.body.session)),
          call,
          201,
        ),
    }),
    route({
      method: 'PUT',
      path: '/api/users/:id/roles',
      tag: 'accounts',
      summary: "Set a user's staff roles",
      access: 'admin',
      rate: 'write',
      params: z.strictObject({ id: userId }),
      body: z.strictObject({ roles: z.array(z.enum(staffRoles)).max(staffRoles.length) }),
      errors: ['not_found', 'admin.last'],
      handle: ({ caller, params, body }) => accounts.setRoles(params.id, body.roles, caller.id),
    }),
  ]
}

function originOf(call: Call, kind: 'cookie' | 'token'): Origin {
  const device = deviceOf(call.headers.get('user-agent') ?? '')
  return { network: call.network, kind, ...(device === undefined ? {} : { device }) }
}

function signedIn(result: SignedIn, call: Call, status = 200): Response {
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (result.kind === 'cookie')
    headers['set-cookie'] = refreshCookie(result.refreshToken, call.origin.startsWith('https:'))
  return json(result.session, status, headers)
}
