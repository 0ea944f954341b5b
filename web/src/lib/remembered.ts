/** One value kept on this device; a full or forbidden storage only means that it is forgotten. */

export interface Remembered<T> {
  read(): T
  write(value: T): void
}

/** `parse` turns whatever was stored (by any version, or by hand) into a valid value. */
export function remembered<T>(
  name: string,
  initial: T,
  parse: (value: unknown) => T,
): Remembered<T> {
  const key = `plaza.${name}`
  return {
    read() {
      try {
        const text = localStorage.getItem(key)
        return text === null ? initial : parse(JSON.parse(text))
      } catch {
        return initial
      }
    },
    write(value) {
      try {
        localStorage.setItem(key, JSON.stringify(value))
      } catch {
        // private mode or quota: the choice holds until the page closes
      }
    },
  }
}
