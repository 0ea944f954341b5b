/** Values that are mostly there already: a promise for each costs more than most of what it is waited for. */

export type Soon<Value> = Value | Promise<Value>

/** Goes on in this turn where the value is there, else when it comes. */
export function whenThere<Value, Next>(
  value: Soon<Value>,
  go: (value: Value) => Soon<Next>,
): Soon<Next> {
  return value instanceof Promise ? value.then(go) : go(value)
}
