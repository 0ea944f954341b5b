/** What is going to happen, earliest first; what was put in first among equals. */

export interface Happening {
  readonly time: number
  readonly order: number
  readonly label: string
  run: (() => void) | undefined
}

export class EventHeap {
  readonly #heap: Happening[] = []

  get size(): number {
    return this.#heap.length
  }

  push(happening: Happening): void {
    const heap = this.#heap
    let at = heap.push(happening) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(happening, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = happening
  }

  pop(): Happening | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
      if (!before(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

function before(a: Happening, b: Happening): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}
