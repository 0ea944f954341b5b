/** Turns any value of a room into a bounded tree of JSON. */

import type { StateNode } from './inspector.protocol.ts'

export interface TreeLimits {
  /** Nodes of the whole tree. */
  readonly nodes: number
  /** Entries of one collection. */
  readonly width: number
  readonly depth: number
  /** UTF-16 units of one text. */
  readonly text: number
}

export const stateLimits: TreeLimits = { nodes: 2_000, width: 100, depth: 8, text: 500 }
export const eventLimits: TreeLimits = { nodes: 100, width: 30, depth: 5, text: 300 }

/** Reads no more of the value than it tells. Map, Set, bytes and undefined are told apart. */
export function treeOf(value: unknown, limits: TreeLimits = stateLimits): StateNode {
  let left = limits.nodes

  function node(value: unknown, depth: number): StateNode {
    left -= 1
    if (typeof value === 'string') return textOf(value)
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    if (typeof value !== 'object') return { kind: 'other', text: String(value).slice(0, 40) }
    if (ArrayBuffer.isView(value)) return bytesOf(value)
    if (value instanceof Date) return { kind: 'other', text: `Date ${value.getTime()}` }
    if (value instanceof Map) return collection('map', value.size, value, depth)
    if (value instanceof Set) return collection('set', value.size, numbered(value), depth)
    if (Array.isArray(value)) return collection('array', value.length, numbered(value), depth)
    const names = Object.keys(value)
    const members = (function* () {
      for (const name of names) yield [name, (value as Record<string, unknown>)[name]] as const
    })()
    return collection('object', names.length, members, depth)
  }

  function collection(
    kind: 'object' | 'map' | 'array' | 'set',
    size: number,
    entries: Iterable<readonly [unknown, unknown]>,
    depth: number,
  ): StateNode {
    const items: (readonly [string, StateNode])[] = []
    if (depth < limits.depth) {
      for (const [key, member] of entries) {
        if (items.length >= limits.width || left <= 0) break
        items.push([nameOf(key), node(member, depth + 1)])
      }
    }
    return { kind, size, items }
  }

  function textOf(text: string): StateNode {
    const whole = text.toWellFormed()
    if (whole.length <= limits.text) return whole
    return { kind: 'text', size: text.length, text: whole.slice(0, limits.text).toWellFormed() }
  }

  return node(value, 0)
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): StateNode {
  const shown = Buffer.from(buffer, byteOffset, Math.min(byteLength, 32))
  return { kind: 'bytes', size: byteLength, text: shown.toString('hex') }
}

function nameOf(key: unknown): string {
  return (typeof key === 'object' ? '{…}' : String(key)).slice(0, 200).toWellFormed()
}

function* numbered(values: Iterable<unknown>): Generator<readonly [number, unknown]> {
  let index = 0
  for (const value of values) yield [index++, value]
}
