/** What may be seen only after the commit under way: it waits here, in order. */

export class OutputGate {
  #waiting: (() => void)[] = []

  get size(): number {
    return this.#waiting.length
  }

  /** Runs `task` in the turn in which the gate opens. */
  hold(task: () => void): void {
    this.#waiting.push(task)
  }

  /** Resolves right after the gate has opened. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.hold(resolve))
  }

  open(): void {
    for (const task of this.#waiting.splice(0)) task()
  }
}
