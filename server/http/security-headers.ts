/** Headers that tell browsers what our answers may do. */

const everywhere: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin-allow-popups',
  'permissions-policy':
    'camera=(self), microphone=(self), display-capture=(self), geolocation=(self)',
}

/** For answers of the API: nothing in them may run. */
const inert = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/**
 * The policy of the web app. Media comes from `media` (an origin), played through Media Source blobs;
 * sockets may go to any node, on http pages unencrypted ones too.
 */
export function appPolicy(media: string, secure: boolean): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    // antd writes its styles at run time.
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob: ${media}`,
    "font-src 'self' data:",
    `media-src 'self' blob: ${media}`,
    `connect-src 'self' ${media} ${secure ? 'wss:' : 'ws: wss:'}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Adds what is missing; a policy that the answer brings itself stays. */
export function secureHeaders(headers: Headers, secure: boolean): void {
  for (const [name, value] of Object.entries(everywhere))
    if (!headers.has(name)) headers.set(name, value)
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', inert)
  if (secure) headers.set('strict-transport-security', 'max-age=31536000')
}
