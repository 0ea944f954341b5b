/** The description of the HTTP API, made from its routes. */

import { z } from 'zod'
import type { Route } from '../../services/route.ts'

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'retry'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'For people; names the fix.' },
    code: { type: 'string', description: 'For programs; never changes.' },
    retry: { enum: ['no', 'retry', 'fix', 'login'], description: 'What may help.' },
    data: { type: 'object', description: 'By code, e.g. `{ retryInMs }`.' },
  },
}

/** OpenAPI 3.1 of the routes below `/api`. */
export function openApi(
  routes: readonly Route[],
  about: { name: string; version: string },
): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    if (!route.path.startsWith('/api/')) continue
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `${about.name} HTTP API`,
      version: about.version,
      description:
        'Refusals are problem details (RFC 9457) with a stable `code`. Times are ISO 8601, coins are ' +
        'whole numbers. Rooms are joined over WebSocket with a seat from `/api/rooms/{key}/seat`.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      schemas: { Problem: problemSchema },
    },
  }
}

function operation(route: Route): object {
  const needs = route.access === 'public' ? '' : ` Needs: ${route.access}.`
  const codes = route.errors?.length ? ` Refuses with: ${route.errors.join(', ')}.` : ''
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: `${needs}${codes}`.trim(),
    ...(route.access === 'public' ? {} : { security: [{ accessToken: [] }] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...requestBody(route),
    responses: {
      [route.status ?? (route.response ? 200 : 204)]: answer(route),
      default: {
        description: 'Refused',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  }
}

// post /api/live/{id}/key → postLiveIdKey
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'api')
  return method.toLowerCase() + words.map((w) => w[0]!.toUpperCase() + w.slice(1)).join('')
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): object[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input')
  return Object.entries(properties).map(([name, part]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: part,
  }))
}

function requestBody(route: Route): object {
  if (route.raw !== undefined) {
    const content = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
    return { requestBody: { required: true, content } }
  }
  if (route.body === undefined) return {}
  const required = !route.body.safeParse(undefined).success
  const content = { 'application/json': { schema: toSchema(route.body, 'input') } }
  return { requestBody: { required, content } }
}

function answer(route: Route): object {
  if (route.response === undefined) return { description: 'Done' }
  const schema = toSchema(route.response, 'output')
  return { description: 'Done', content: { 'application/json': { schema } } }
}

interface JsonSchema {
  readonly properties?: Record<string, object>
  readonly required?: readonly string[]
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest as JsonSchema
}
