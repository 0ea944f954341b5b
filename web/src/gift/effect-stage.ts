/** Where an effect plays: sprites and shapes over the player, gone together. */

import { giftArt } from './art.ts'

/** Leaves quickly, arrives slowly. */
export const OUT = 'cubic-bezier(.2, .7, .3, 1)'

export class Stage {
  readonly width: number
  readonly height: number
  readonly #box: HTMLElement
  readonly #gift: string

  constructor(root: HTMLElement, gift: string) {
    this.width = root.clientWidth
    this.height = root.clientHeight
    this.#gift = gift
    this.#box = document.createElement('div')
    this.#box.style.cssText =
      'position:absolute;inset:0;overflow:hidden;pointer-events:none;contain:strict'
    root.append(this.#box)
  }

  /** A drawing in the middle of the stage. */
  sprite(src: string, size: number): HTMLElement {
    const image = document.createElement('img')
    image.src = src
    image.alt = ''
    image.style.cssText = `position:absolute;left:50%;top:50%;width:${size}px;height:${size}px;margin:${-size / 2}px;filter:drop-shadow(0 6px 18px #0008)`
    this.#box.append(image)
    return image
  }

  /** A dot, streak or ring in the middle of the stage. */
  shape(css: string): HTMLElement {
    const shape = document.createElement('i')
    shape.style.cssText = `position:absolute;left:50%;top:50%;${css}`
    this.#box.prepend(shape)
    return shape
  }

  /** Small copies of the gift, each on a way of its own. */
  copies(
    count: number,
    size: number,
    frames: (n: number) => Keyframe[],
    ms: number,
    spread: number,
  ): void {
    for (let n = 0; n < count; n++) {
      const copy = this.sprite(giftArt(this.#gift), size * (0.6 + ((n * 37) % 10) / 14))
      copy.animate(frames(n), {
        duration: ms,
        delay: (n / count) * spread,
        easing: 'linear',
        fill: 'both',
      })
    }
  }

  ring(color: string, delay: number, ms = 700): void {
    const size = this.height * 0.3
    const ring = this.shape(
      `width:${size}px;height:${size}px;margin:${-size / 2}px;border-radius:50%;border:4px solid ${color};opacity:0`,
    )
    ring.animate(
      [
        { transform: 'scale(.4)', opacity: 0.9 },
        { transform: 'scale(3)', opacity: 0 },
      ],
      { duration: ms, delay, easing: OUT, fill: 'both' },
    )
  }

  burst(x: number, y: number, hue: number, delay: number, rays = 22): void {
    const reach = this.height * 0.34
    for (let n = 0; n < rays; n++) {
      const angle = (n / rays) * Math.PI * 2
      const far = reach * (n % 2 ? 1 : 0.66)
      const dot = this.shape(
        `width:7px;height:7px;margin:-3px;border-radius:50%;background:hsl(${hue + (n % 2) * 24} 95% 66%);box-shadow:0 0 10px hsl(${hue} 95% 60%);opacity:0`,
      )
      const to = `translate(${x + Math.cos(angle) * far}px, ${y + Math.sin(angle) * far}px)`
      dot.animate(
        [
          { transform: `translate(${x}px, ${y}px) scale(.4)`, opacity: 1 },
          { transform: to, opacity: 1, offset: 0.6 },
          { transform: `${to} translateY(26px) scale(.3)`, opacity: 0 },
        ],
        { duration: 1150, delay, easing: OUT, fill: 'both' },
      )
    }
  }

  clear(): void {
    this.#box.remove()
  }
}
