/** Which statements of one connection are worth preparing, and under what names. */

const threshold = 5
const limit = 200

/**
 * A text gets a name from its fifth use on. Names are unique in the process and beyond, because
 * several connections may share one PGlite session. Bounded: a connection prepares 200 statements,
 * and counts no more texts than ten times that.
 */
export class StatementNames {
  readonly #tag = crypto.randomUUID().slice(0, 8)
  readonly #seen = new Map<string, { uses: number; name?: string }>()
  #named = 0

  use(sql: string): string | undefined {
    let statement = this.#seen.get(sql)
    if (!statement) {
      if (this.#seen.size >= limit * 10) this.#dropUnnamed()
      statement = { uses: 0 }
      this.#seen.set(sql, statement)
    }
    statement.uses += 1
    if (!statement.name && statement.uses >= threshold && this.#named < limit)
      statement.name = `p${this.#tag}_${this.#named++}`
    return statement.name
  }

  /** The next uses go unprepared, under a new name later. */
  forget(sql: string): void {
    this.#seen.delete(sql)
  }

  #dropUnnamed(): void {
    for (const [sql, { name }] of this.#seen) if (!name) this.#seen.delete(sql)
  }
}
