/** The reference page of the HTTP API: Swagger UI from this server, so it works without the internet. */

import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { route, type Route } from '../../services/route.ts'
import { staticFiles } from '../static.ts'
import { openApi } from './openapi.ts'

/** Scripts and styles of this server only; Swagger UI draws its icons from data addresses. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'"

const page = (name: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name.replace(/[&<>]/g, '')} HTTP API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`
const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#reference', deepLinking: true })\n`
const shipped = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'])

/** `/api/openapi.json`, and a handler of everything below `/docs`. */
export function docs(
  routes: readonly Route[],
  about: { name: string; version: string },
): { route: Route; serve: (request: Request, path: string) => Promise<Response | undefined> } {
  const root = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const files = staticFiles({ root })
  let description: string | undefined
  return {
    route: route({
      method: 'GET',
      path: '/api/openapi.json',
      tag: 'platform',
      summary: 'This description, as OpenAPI 3.1',
      access: 'public',
      rate: 'read',
      handle: async () => {
        description ??= JSON.stringify(openApi(routes, about))
        return new Response(description, { headers: { 'content-type': 'application/json' } })
      },
    }),
    serve: async (request, path) => {
      if (path === '/docs' || path === '/docs/') return text(page(about.name), 'text/html')
      if (path === '/docs/start.js') return text(start, 'text/javascript')
      const name = path.slice('/docs/'.length)
      return shipped.has(name) ? files(request, `/${name}`) : undefined
    },
  }
}

function text(body: string, type: string): Response {
  const headers = { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy }
  return new Response(body, { headers })
}
