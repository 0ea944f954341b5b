/** The moving effect of each gift, at most three seconds, drawn with the page's own animation engine. */
import { giftArt } from './art.ts'
import { motions, plain } from './effect-motions.ts'
import { OUT, Stage } from './effect-stage.ts'

export interface Playing {
  readonly done: Promise<void>
  stop(): void
}

/** Plays the effect of a gift over `root`; `done` resolves when it is over or stopped. */
export function playEffect(root: HTMLElement, gift: string): Playing {
  const motion = motions[gift] ?? plain
  const stage = new Stage(root, gift)
  motion.particles?.(stage)
  const main = stage.sprite(giftArt(gift), stage.height * motion.size)
  const flight = main.animate(motion.main, { duration: motion.ms, easing: OUT, fill: 'both' })
  const done = flight.finished.then(
    () => stage.clear(),
    () => stage.clear(),
  )
  return { done, stop: () => stage.clear() }
}
