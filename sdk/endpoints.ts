/** Where the platform answers: the address that the app gave, and those that the platform tells of. */

const mostKept = 8

/** Stays with the address that answers; when it fails, the next one is asked, round and round. */
export class Endpoints {
  /** As given: what belongs to one site, such as its cookies, is asked here only. */
  readonly home: string
  #list: readonly string[]
  #current: string

  constructor(home: string) {
    this.home = withoutSlash(home)
    this.#list = [this.home]
    this.#current = this.home
  }

  get current(): string {
    return this.#current
  }

  get count(): number {
    return this.#list.length
  }

  /** Takes the nodes that take clients now, instead of those told before. */
  learn(told: readonly string[]): void {
    if (!told.length) return
    const urls = told.filter((url) => /^https?:\/\//.test(url)).map(withoutSlash)
    this.#list = [...new Set([this.#current, this.home, ...urls])].slice(0, mostKept)
  }

  /** `url` did not answer, or takes nobody. */
  failed(url: string): void {
    if (url !== this.#current) return // somebody has gone on already
    const at = this.#list.indexOf(url)
    this.#current = this.#list[(at + 1) % this.#list.length]!
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
