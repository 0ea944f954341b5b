/** The rows of a room's chat as plain DOM: text nodes only, at most 150 rows, one append a frame. */
import type { Danmaku, GiftSent } from '../../../sdk/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { hash } from '../lib/hash.ts'
import { giftArt } from '../gift/art.ts'

export const ROWS_MAX = 150

/** Words that rows need, in the language of the page. */
export interface ChatWords {
  host: string
  moderator: string
  sent(gift: GiftSent): string
}

export interface ChatStyles {
  readonly [name: string]: string
}

/** The role that a name is shown with. */
export type RoleOf = (userId: string) => 'host' | 'moderator' | undefined

export class ChatLog {
  readonly #list: HTMLElement
  readonly #styles: ChatStyles
  readonly #words: ChatWords
  readonly #me: string | undefined
  readonly #roleOf: RoleOf
  readonly #onAppend: (rows: number) => void
  readonly #seen = new Set<string>()
  readonly #combos = new Map<string, HTMLElement>()
  #pending: HTMLElement[] = []
  #frame = 0

  constructor(
    list: HTMLElement,
    options: {
      styles: ChatStyles
      words: ChatWords
      me: string | undefined
      roleOf: RoleOf
      onAppend: (rows: number) => void
    },
  ) {
    this.#list = list
    this.#styles = options.styles
    this.#words = options.words
    this.#me = options.me
    this.#roleOf = options.roleOf
    this.#onAppend = options.onAppend
    list.replaceChildren()
  }

  danmaku(lines: readonly Danmaku[]): void {
    for (const line of lines) {
      if (this.#seen.has(line.id)) continue
      this.#remember(line.id)
      this.#add(this.#line(line))
    }
  }

  /** A gift; the ones of a combo share a row that counts up. */
  gift(gift: GiftSent): void {
    if (this.#seen.has(gift.id)) return
    this.#remember(gift.id)
    const row = this.#combos.get(gift.combo.id)
    if (row?.isConnected || (row && this.#pending.includes(row))) {
      row.querySelector('[data-count]')!.textContent = ` ×${gift.combo.total}`
      return
    }
    const made = this.#row('gift')
    made.append(
      this.#name(gift.from.id, gift.from.name, gift.from.level),
      this.#text(this.#words.sent(gift)),
    )
    const image = document.createElement('img')
    image.src = giftArt(gift.gift)
    image.alt = ''
    image.width = image.height = 22
    const count = document.createElement('b')
    count.dataset['count'] = ''
    count.textContent = ` ×${gift.combo.total}`
    made.append(image, count)
    if (gift.note) made.append(this.#text(` “${calmText(gift.note, 60)}”`))
    this.#combos.set(gift.combo.id, made)
    if (this.#combos.size > ROWS_MAX) this.#combos.delete(this.#combos.keys().next().value!)
    this.#add(made)
  }

  /** A line of the room itself. */
  system(text: string, tone: 'plain' | 'good' | 'warn' = 'plain'): void {
    const row = this.#row('system', tone)
    row.append(this.#text(text))
    this.#add(row)
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
    this.#pending = []
  }

  #add(row: HTMLElement): void {
    this.#pending.push(row)
    if (this.#pending.length > ROWS_MAX) this.#pending.shift()
    // A hidden tab gets no frames; the cap above bounds what waits.
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#flush)
  }

  readonly #flush = (): void => {
    this.#frame = 0
    const rows = this.#pending
    this.#pending = []
    const over = this.#list.childElementCount + rows.length - ROWS_MAX
    if (over > 0) this.#trim(over)
    const fragment = document.createDocumentFragment()
    fragment.append(...rows)
    this.#list.append(fragment)
    this.#onAppend(rows.length)
  }

  /** Takes the oldest rows away and keeps what is being read where it is. */
  #trim(rows: number): void {
    const scroller = this.#list.parentElement!
    const before = this.#list.offsetHeight
    for (let n = 0; n < rows; n++) this.#list.firstElementChild?.remove()
    scroller.scrollTop -= before - this.#list.offsetHeight
  }

  #line(line: Danmaku): HTMLElement {
    const mention = this.#me !== undefined && line.mentions.includes(this.#me)
    const row = this.#row('line', mention ? 'mention' : line.user.id === this.#me ? 'own' : '')
    row.append(this.#name(line.user.id, line.user.name, line.user.level, line.user.role))
    const text = document.createElement('bdi')
    text.textContent = calmText(line.text, 100)
    if (
      line.color &&
      /^#[0-9a-f]{6}$/i.test(line.color) &&
      line.color.toLowerCase() !== '#ffffff'
    ) {
      text.style.setProperty('--said', line.color)
      text.className = this.#styles['colored']!
    }
    row.append(text)
    return row
  }

  #name(id: string, name: string, level?: number, given?: string): HTMLElement {
    const box = document.createElement('span')
    box.className = this.#styles['who']!
    const role = this.#roleOf(id) ?? (given === 'host' || given === 'moderator' ? given : undefined)
    if (role)
      box.append(this.#badge(role === 'host' ? this.#words.host : this.#words.moderator, role))
    if (level) box.append(this.#badge(`Lv${level}`, 'level'))
    const button = document.createElement('button')
    button.type = 'button'
    button.className = this.#styles['name']!
    button.dataset['user'] = id
    button.dataset['name'] = name
    button.style.setProperty('--hue', String(hash(id) % 360))
    button.textContent = calmText(name, 40)
    box.append(button)
    return box
  }

  #badge(text: string, kind: string): HTMLElement {
    const badge = document.createElement('span')
    badge.className = `${this.#styles['badge']} ${this.#styles[kind]}`
    badge.textContent = text
    return badge
  }

  #row(...kinds: string[]): HTMLElement {
    const row = document.createElement('div')
    row.className = ['row', ...kinds]
      .map((kind) => this.#styles[kind])
      .filter(Boolean)
      .join(' ')
    return row
  }

  #text(text: string): HTMLElement {
    const span = document.createElement('bdi')
    span.textContent = text
    return span
  }

  #remember(id: string): void {
    this.#seen.add(id)
    if (this.#seen.size > 600) this.#seen.delete(this.#seen.values().next().value!)
  }
}
