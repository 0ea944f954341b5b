/** Finds the route of a request. */

import { RoomError } from '../../engine/kernel/room-error.ts'
import type { Route } from '../../services/route.ts'

export interface Match {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

/** Routes by the number of their segments; literals win over parameters. */
export class Router {
  readonly #bySize = new Map<number, { route: Route; segments: readonly string[] }[]>()
  readonly routes: readonly Route[]

  constructor(routes: readonly Route[]) {
    this.routes = routes
    for (const route of routes) {
      const segments = route.path.slice(1).split('/')
      const same = this.#bySize.get(segments.length) ?? []
      if (same.some((r) => r.route.method === route.method && r.route.path === route.path))
        throw new Error(`${route.method} ${route.path} is declared twice`)
      same.push({ route, segments })
      same.sort((a, b) => parameterCount(a.segments) - parameterCount(b.segments))
      this.#bySize.set(segments.length, same)
    }
  }

  /** Undefined: no route has this path. Throws `method` when the path is known under other methods. */
  match(method: string, pathname: string): Match | undefined {
    const parts = pathname.slice(1).split('/')
    const allow: string[] = []
    for (const { route, segments } of this.#bySize.get(parts.length) ?? []) {
      const params = matchSegments(segments, parts)
      if (!params) continue
      if (route.method === method) return { route, params }
      allow.push(route.method)
    }
    if (allow.length === 0) return undefined
    throw new RoomError('method', `This address answers to ${allow.join(', ')}.`, {
      data: { allow },
    })
  }
}

function matchSegments(
  segments: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [i, segment] of segments.entries()) {
    const part = parts[i]!
    if (!segment.startsWith(':')) {
      if (segment !== part) return undefined
    } else if (part === '') return undefined
    else params[segment.slice(1)] = decode(part)
  }
  return params
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new RoomError('malformed', 'The address is not valid percent-encoding.', { retry: 'fix' })
  }
}

function parameterCount(segments: readonly string[]): number {
  return segments.filter((s) => s.startsWith(':')).length
}
