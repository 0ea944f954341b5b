/** What no route answers: uploads, the reference page, and the web app with its files. */

import type { StaticFiles } from '../static.ts'
import { staticFiles } from '../static.ts'
import { appPolicy } from './security-headers.ts'

export interface WebAppOptions {
  /** The built app: `index.html` and `assets/`. */
  readonly webDir: string
  readonly uploadsDir: string
  readonly docs: (request: Request, path: string) => Promise<Response | undefined>
  readonly mediaUrl: (origin: string) => string
}

type Fallback = (request: Request, own: string) => Promise<Response | undefined>

/**
 * Paths of the app itself (no dot in the last part) get its index page, with 200: the app draws its own
 * "not found". Uploads and assets never change under their names.
 */
export function webApp(options: WebAppOptions): Fallback {
  const app = staticFiles({ root: options.webDir, immutable: /^assets\// })
  const uploads = staticFiles({
    root: options.uploadsDir,
    immutable: /./,
    headers: {
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
    },
  })
  return async (request, own) => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/uploads/')) return upload(uploads, request, pathname)
    if (pathname === '/docs' || pathname.startsWith('/docs/'))
      return options.docs(request, pathname)
    const policy = {
      'content-security-policy': appPolicy(options.mediaUrl(own), own.startsWith('https:')),
    }
    const file = pathname === '/' ? undefined : await app(request, pathname, policy)
    if (file || /\.[^/]*$/.test(pathname)) return file
    return app(request, '/index.html', policy)
  }
}

async function upload(
  files: StaticFiles,
  request: Request,
  pathname: string,
): Promise<Response | undefined> {
  const name = pathname.slice('/uploads'.length)
  return /^\/[0-9a-f]{64}\.webp$/.test(name) ? files(request, name) : undefined
}
