/** How somebody wants danmaku on this device. */
import { remembered } from '../lib/remembered.ts'

export interface DanmakuSettings {
  readonly on: boolean
  /** 0.2 to 1. */
  readonly opacity: number
  /** Factor on the type size: 0.75, 1, 1.25, 1.5. */
  readonly size: number
  /** Part of the player's height: 0.25, 0.5, 1. */
  readonly area: number
  /** Factor: 0.5 slow to 2 fast. */
  readonly speed: number
  /** 1 few, 2 normal, 3 all that fit. */
  readonly density: 1 | 2 | 3
  readonly hideFixed: boolean
  readonly hideColors: boolean
  /** Gift effects over the picture. */
  readonly effects: boolean
}

export const defaults: DanmakuSettings = {
  on: true,
  opacity: 0.9,
  size: 1,
  area: 0.5,
  speed: 1,
  density: 2,
  hideFixed: false,
  hideColors: false,
  effects: true,
}

/** The settings of this device. */
export const danmakuSettings = remembered<DanmakuSettings>('danmaku', defaults, parse)

function parse(value: unknown): DanmakuSettings {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  const within = (key: 'opacity' | 'size' | 'area' | 'speed', low: number, high: number) => {
    const number = given[key]
    return typeof number === 'number' && number >= low && number <= high ? number : defaults[key]
  }
  const flag = (key: 'on' | 'hideFixed' | 'hideColors' | 'effects') =>
    typeof given[key] === 'boolean' ? (given[key] as boolean) : defaults[key]
  const density = given['density']
  return {
    on: flag('on'),
    opacity: within('opacity', 0.2, 1),
    size: within('size', 0.75, 1.5),
    area: within('area', 0.25, 1),
    speed: within('speed', 0.5, 2),
    density: density === 1 || density === 3 ? density : 2,
    hideFixed: flag('hideFixed'),
    hideColors: flag('hideColors'),
    effects: flag('effects'),
  }
}
