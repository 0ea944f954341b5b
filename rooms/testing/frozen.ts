/** Values that throw when somebody changes them. */

/** Freezes `value` and all in it, Maps and Sets too; returns it. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Map) for (const inner of value.values()) frozen(inner)
  if (value instanceof Map || value instanceof Set) {
    for (const method of ['set', 'add', 'delete', 'clear']) {
      Object.defineProperty(value, method, { value: forbidden })
    }
  }
  Object.freeze(value)
  for (const inner of Object.values(value)) frozen(inner)
  return value
}

function forbidden(): never {
  throw new TypeError('this state may not be changed')
}
