/** Draws danmaku on a canvas: each line is rasterised once and then only moved. */
import type { Danmaku } from '../../../sdk/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { Lanes, type Field, type Flight } from './lanes.ts'
import type { DanmakuSettings } from './settings.ts'

export interface Line {
  readonly id: string
  readonly text: string
  readonly mode: Danmaku['mode']
  readonly color?: string | undefined
  readonly own: boolean
  /** Names the viewer: drawn in the accent and, like own lines, waits for a lane. */
  readonly mention: boolean
}

interface Drawn {
  readonly flight: Flight
  readonly image: HTMLCanvasElement
}

const COLOR = /^#[0-9a-f]{6}$/i
const WAIT_MS = 3000
const WAITING_MAX = 24
const QUEUE_MAX = 64
const FONT_PX = 22
/** How many lines fly at most, for each lane; 3 shows all that fit. */
const LINES_A_LANE = { 1: 1, 2: 2.5, 3: Number.POSITIVE_INFINITY }

/** Counts since the layer was made; tests and the statistics panel read them. */
export interface LayerFigures {
  shown: number
  skipped: number
}

export class DanmakuLayer {
  readonly figures: LayerFigures = { shown: 0, skipped: 0 }
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #lanes = new Lanes({ width: 1, lanes: 0, travelMs: 8000, holdMs: 4000, gap: 24 })
  #settings: DanmakuSettings
  #drawn: Drawn[] = []
  #queue: Line[] = []
  #waiting: { line: Line; since: number }[] = []
  #height = 0
  #ratio = 1
  #frame = 0
  #paused = false
  #clock = 0
  #before = 0

  constructor(canvas: HTMLCanvasElement, settings: DanmakuSettings) {
    const context = canvas.getContext('2d')
    if (!context) throw new Error('This browser gives no 2d canvas.')
    this.#canvas = canvas
    this.#context = context
    this.#settings = settings
  }

  /** New settings; sizes and speeds change for lines that come. */
  set(settings: DanmakuSettings): void {
    const before = this.#settings
    this.#settings = settings
    if (!settings.on) return this.clear()
    const same = (['size', 'area', 'speed'] as const).every((key) => before[key] === settings[key])
    if (!same) this.#measure()
  }

  /** The canvas's size in CSS px. */
  resize(width: number, height: number): void {
    this.#ratio = Math.min(2, devicePixelRatio || 1)
    this.#canvas.width = Math.round(width * this.#ratio)
    this.#canvas.height = Math.round(height * this.#ratio)
    this.#height = height
    this.#measure(width)
  }

  /** Offers a line; it flies when a lane is free. While paused, off or hidden everything is dropped. */
  push(line: Line): void {
    const { on, hideFixed } = this.#settings
    if (!on || document.hidden || (hideFixed && line.mode !== 'scroll' && !line.own)) return
    if (line.own || line.mention) {
      this.#waiting.push({ line, since: this.#clock })
      if (this.#waiting.length > WAITING_MAX) this.#waiting.shift()
    } else {
      this.#queue.push(line)
      if (this.#queue.length > QUEUE_MAX) {
        this.#queue.shift()
        this.figures.skipped++
      }
    }
    this.#run()
  }

  /** Freezes what flies, as the video does. */
  pause(paused: boolean): void {
    this.#paused = paused
    this.#before = 0
    if (!paused) this.#run()
  }

  /** Drops all lines, also those that wait. */
  clear(): void {
    this.#drawn = []
    this.#queue = []
    this.#waiting = []
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = 0
    this.clear()
  }

  get #fontPx(): number {
    const scale = this.#height < 300 ? 0.73 : this.#height < 480 ? 0.86 : 1
    return Math.round(FONT_PX * scale * this.#settings.size)
  }

  get #laneHeight(): number {
    return Math.round(this.#fontPx * 1.4)
  }

  #measure(width = this.#lanes.field.width): void {
    const field: Field = {
      width,
      lanes: Math.max(1, Math.floor((this.#height * this.#settings.area) / this.#laneHeight)),
      travelMs: 8000 / this.#settings.speed,
      holdMs: 4000,
      gap: this.#fontPx,
    }
    this.#lanes.reset(field)
    this.clear()
  }

  #run(): void {
    if (this.#frame === 0 && !this.#paused) this.#frame = requestAnimationFrame(this.#tick)
  }

  readonly #tick = (at: number): void => {
    this.#frame = 0
    // After a pause or a hidden tab the clock goes on where it stood: lines do not jump.
    const step = this.#before === 0 ? 16 : Math.min(100, at - this.#before)
    this.#before = at
    this.#clock += step
    this.#admit()
    this.#draw()
    if (this.#drawn.length + this.#waiting.length + this.#queue.length > 0) this.#run()
    else this.#before = 0
  }

  #admit(): void {
    const now = this.#clock
    this.#waiting = this.#waiting.filter(
      ({ line, since }) => !this.#start(line, now) && now - since < WAIT_MS,
    )
    const most = this.#lanes.field.lanes * LINES_A_LANE[this.#settings.density]
    for (const line of this.#queue) {
      const room = this.#drawn.length < most && this.#lanes.hasRoom(line.mode, now)
      if (!room || !this.#start(line, now)) this.figures.skipped++
    }
    this.#queue = []
  }

  #start(line: Line, now: number): boolean {
    if (!this.#lanes.hasRoom(line.mode, now)) return false
    const image = this.#rasterise(line)
    const flight = this.#lanes.place(line.id, line.mode, image.width / this.#ratio, now)
    if (!flight) return false
    this.#drawn.push({ flight, image })
    this.figures.shown++
    return true
  }

  #draw(): void {
    const context = this.#context
    const now = this.#clock
    this.#drawn = this.#drawn.filter(({ flight }) => flight.endsAt > now)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    context.globalAlpha = this.#settings.opacity
    for (const { flight, image } of this.#drawn) {
      const x = this.#lanes.x(flight, now)
      const row = flight.lane * this.#laneHeight
      const y = flight.mode === 'bottom' ? this.#height - row - this.#laneHeight * 2 : row + 4
      context.drawImage(image, Math.round(x * this.#ratio), Math.round(y * this.#ratio))
    }
  }

  /** The bitmap is one lane high, so marks that climb out of a line are cut off. */
  #rasterise(line: Line): HTMLCanvasElement {
    const style = getComputedStyle(this.#canvas)
    const px = this.#fontPx * this.#ratio
    const pad = px * (line.own ? 0.5 : 0.15)
    const image = document.createElement('canvas')
    const context = image.getContext('2d')!
    const font = `600 ${px}px ${style.fontFamily}`
    const text = calmText(line.text, 100).replace(/\s+/g, ' ')
    context.font = font
    image.width = Math.ceil(Math.min(context.measureText(text).width, px * 110) + pad * 2)
    image.height = Math.round(this.#laneHeight * this.#ratio)
    context.font = font
    context.textBaseline = 'middle'
    context.lineJoin = 'round'
    const middle = image.height / 2 + px * 0.03
    const accent = style.getPropertyValue('--accent')
    if (line.own) {
      context.strokeStyle = accent
      context.lineWidth = 2 * this.#ratio
      context.beginPath()
      context.roundRect(2, 2, image.width - 4, image.height - 4, image.height / 2)
      context.stroke()
    }
    context.strokeStyle = 'rgba(0, 0, 0, .82)'
    context.lineWidth = Math.max(2, px / 9)
    context.strokeText(text, pad, middle)
    const wish =
      !this.#settings.hideColors && line.color && COLOR.test(line.color) ? line.color : ''
    context.fillStyle = line.mention ? accent : wish || '#ffffff'
    context.fillText(text, pad, middle)
    return image
  }
}
