/** What a screen reader hears of a busy chat: the newest line, at most one in two seconds. */

const EVERY_MS = 2000
const KEPT = 5

export class Spoken {
  readonly #log: HTMLElement
  #next: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(log: HTMLElement) {
    this.#log = log
  }

  say(text: string): void {
    this.#next = text
    if (this.#timer === undefined) this.#speak()
  }

  #speak(): void {
    this.#timer = undefined
    const text = this.#next
    if (text === undefined) return
    this.#next = undefined
    const line = document.createElement('div')
    line.textContent = text
    this.#log.append(line)
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild!.remove()
    this.#timer = setTimeout(() => this.#speak(), EVERY_MS)
  }
}
