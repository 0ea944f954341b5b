/** Typed listeners. A listener that throws neither stops the others nor the SDK. */

type Listeners = Record<string, (...args: any[]) => void>

export class Emitter<Events extends { [K in keyof Events]: (...args: any[]) => void }> {
  readonly #listeners = new Map<keyof Events, Set<Listeners[string]>>()

  on<E extends keyof Events>(event: E, fn: Events[E]): () => void {
    // A wrapper of its own per call, so that one function may be registered twice.
    const listener = (...args: any[]): void => fn(...args)
    const set = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, set.add(listener))
    return () => {
      set.delete(listener)
    }
  }

  emit<E extends keyof Events>(event: E, ...args: Parameters<Events[E]>): void {
    for (const listener of Array.from(this.#listeners.get(event) ?? []))
      callSafely(() => listener(...args))
  }

  clear(): void {
    for (const set of this.#listeners.values()) set.clear()
  }
}

/** Runs code of the app; what it throws surfaces as an unhandled rejection, not inside the SDK. */
export function callSafely(fn: () => void): void {
  try {
    fn()
  } catch (error) {
    void Promise.reject(error)
  }
}
