/** How each gift moves, and what flies around it. */
import { OUT, type Stage } from './effect-stage.ts'

export interface Motion {
  readonly main: Keyframe[]
  readonly ms: number
  /** Size of the drawing as part of the stage's height. */
  readonly size: number
  particles?(stage: Stage): void
}

const appear: Keyframe[] = [
  { transform: 'scale(.2)', opacity: 0 },
  { transform: 'scale(1.12)', opacity: 1, offset: 0.14 },
  { transform: 'scale(1)', opacity: 1, offset: 0.24 },
  { transform: 'scale(1)', opacity: 1, offset: 0.84 },
  { transform: 'scale(1.1)', opacity: 0 },
]
/** For a gift without a motion of its own. */
export const plain: Motion = { main: appear, ms: 2200, size: 0.5 }

export const motions: Readonly<Record<string, Motion>> = {
  flower: {
    ms: 2400,
    size: 0.5,
    main: appear.map((frame, n) => ({
      ...frame,
      transform: `${String(frame['transform'])} rotate(${[-20, 8, -5, 5, 0][n]}deg)`,
    })),
    particles: (stage) =>
      stage.copies(
        14,
        40,
        (n) => [
          {
            transform: `translate(${(((n * 97) % 100) / 100) * stage.width - stage.width / 2}px, ${-stage.height * 0.6}px) rotate(0)`,
            opacity: 1,
          },
          {
            transform: `translate(${(((n * 53) % 100) / 100) * stage.width - stage.width / 2}px, ${stage.height * 0.6}px) rotate(${n % 2 ? 320 : -320}deg)`,
            opacity: 0.7,
          },
        ],
        1700,
        700,
      ),
  },
  heart: {
    ms: 2300,
    size: 0.48,
    main: [
      { transform: 'scale(.2)', opacity: 0 },
      { transform: 'scale(1.15)', opacity: 1, offset: 0.15 },
      { transform: 'scale(.94)', offset: 0.3 },
      { transform: 'scale(1.15)', offset: 0.45 },
      { transform: 'scale(.94)', offset: 0.6 },
      { transform: 'scale(1.15)', opacity: 1, offset: 0.75 },
      { transform: 'scale(1.6)', opacity: 0 },
    ],
    particles: (stage) =>
      stage.copies(
        16,
        34,
        (n) => {
          const x = (((n * 67) % 100) / 100 - 0.5) * stage.width * 0.7
          return [
            { transform: `translate(${x * 0.3}px, 30px) scale(.3)`, opacity: 0 },
            {
              transform: `translate(${x * 0.7}px, ${-stage.height * 0.2}px) scale(1)`,
              opacity: 1,
              offset: 0.35,
            },
            { transform: `translate(${x}px, ${-stage.height * 0.55}px) scale(.8)`, opacity: 0 },
          ]
        },
        1500,
        750,
      ),
  },
  drum: {
    ms: 2200,
    size: 0.55,
    main: [
      { transform: 'scale(.2)', opacity: 0 },
      ...[0.16, 0.36, 0.56, 0.76].flatMap((offset) => [
        { transform: 'scale(1.14, .92)', opacity: 1, offset },
        { transform: 'scale(1)', opacity: 1, offset: offset + 0.09 },
      ]),
      { transform: 'scale(1.1)', opacity: 0 },
    ],
    particles: (stage) =>
      [350, 790, 1230, 1670].forEach((delay) => stage.ring('#F5B83D', delay, 650)),
  },
  lantern: {
    ms: 2800,
    size: 0.5,
    main: [
      { transform: 'translateY(90%) scale(.7)', opacity: 0 },
      { transform: 'translateY(10%) scale(1) rotate(-4deg)', opacity: 1, offset: 0.3 },
      { transform: 'translateY(-6%) rotate(4deg)', opacity: 1, offset: 0.7 },
      { transform: 'translateY(-80%) scale(.8)', opacity: 0 },
    ],
    particles: (stage) =>
      stage.copies(
        9,
        64,
        (n) => {
          const x = (((n * 61) % 100) / 100 - 0.5) * stage.width * 0.86
          return [
            { transform: `translate(${x}px, ${stage.height * 0.65}px)`, opacity: 0 },
            { transform: `translate(${x + 12}px, 0)`, opacity: 0.9, offset: 0.5 },
            { transform: `translate(${x - 10}px, ${-stage.height * 0.65}px)`, opacity: 0 },
          ]
        },
        2000,
        800,
      ),
  },
  fireworks: {
    ms: 2800,
    size: 0.42,
    main: appear,
    particles(stage) {
      const { width, height } = stage
      const shots = [
        [-0.3, -0.12, 6],
        [0.28, -0.2, 44],
        [-0.08, -0.26, 262],
        [0.12, 0.06, 160],
        [-0.22, 0.1, 330],
        [0.36, 0.08, 200],
      ]
      shots.forEach(([x, y, hue], n) => stage.burst(x! * width, y! * height, hue!, n * 290))
    },
  },
  crown: {
    ms: 2800,
    size: 0.56,
    main: [
      { transform: 'translateY(-120%) rotate(-14deg)', opacity: 0 },
      { transform: 'translateY(6%) rotate(3deg)', opacity: 1, offset: 0.26 },
      { transform: 'translateY(0) rotate(0)', opacity: 1, offset: 0.36 },
      { transform: 'translateY(0) scale(1.05)', opacity: 1, offset: 0.82 },
      { transform: 'scale(1.4)', opacity: 0 },
    ],
    particles(stage) {
      const size = stage.height * 1.3
      const rays = stage.shape(
        `width:${size}px;height:${size}px;margin:${-size / 2}px;border-radius:50%;background:repeating-conic-gradient(#F5B83D66 0 10deg, transparent 10deg 24deg);mask:radial-gradient(#000, transparent 68%);opacity:0`,
      )
      rays.animate(
        [
          { transform: 'rotate(0) scale(.4)', opacity: 0 },
          { opacity: 1, offset: 0.3 },
          { opacity: 0.9, offset: 0.8 },
          { transform: 'rotate(70deg) scale(1.1)', opacity: 0 },
        ],
        { duration: 2800, fill: 'both' },
      )
      stage.burst(0, 0, 42, 620, 26)
    },
  },
  sportscar: {
    ms: 2900,
    size: 0.62,
    main: [
      { transform: 'translateX(-900px) skewX(-8deg)', opacity: 1 },
      { transform: 'translateX(-30px) skewX(-3deg)', opacity: 1, offset: 0.34 },
      { transform: 'translateX(20px) skewX(3deg)', opacity: 1, offset: 0.62 },
      { transform: 'translateX(-20px) skewX(-8deg)', opacity: 1, offset: 0.72 },
      { transform: 'translateX(1100px) skewX(-14deg)', opacity: 1 },
    ],
    particles(stage) {
      for (let n = 0; n < 22; n++) {
        const y = (((n * 29) % 22) / 22 - 0.5) * stage.height * 0.6
        const streak = stage.shape(
          `width:${90 + (n % 5) * 46}px;height:3px;border-radius:2px;background:linear-gradient(90deg, transparent, ${n % 3 ? '#ffffffb0' : '#FF7070'});opacity:0`,
        )
        streak.animate(
          [
            { transform: `translate(${stage.width * 0.55}px, ${y}px)`, opacity: 0 },
            { opacity: 1, offset: 0.3 },
            { transform: `translate(${-stage.width * 0.85}px, ${y}px)`, opacity: 0 },
          ],
          { duration: 620, delay: (n * 120) % 2300, easing: 'linear', fill: 'both' },
        )
      }
    },
  },
  rocket: {
    ms: 3000,
    size: 0.66,
    main: [
      { transform: 'translateY(120%) rotate(-38deg) scale(.8)', opacity: 0 },
      { transform: 'translate(0, 14%) rotate(-38deg)', opacity: 1, offset: 0.2 },
      { transform: 'translate(-3px, 12%) rotate(-38deg)', opacity: 1, offset: 0.3 },
      { transform: 'translate(3px, 13%) rotate(-38deg)', opacity: 1, offset: 0.4 },
      { transform: 'translate(-3px, 11%) rotate(-38deg)', opacity: 1, offset: 0.5 },
      { transform: 'translateY(6%) rotate(-38deg)', opacity: 1, offset: 0.58 },
      { transform: 'translateY(-260%) rotate(-38deg) scale(1.1)', opacity: 1 },
    ],
    particles(stage) {
      for (let n = 0; n < 34; n++) {
        const size = 14 + (n % 6) * 8
        const x = (((n * 41) % 34) / 34 - 0.5) * stage.width * 0.42
        const hot = n % 3 === 0
        const puff = stage.shape(
          `width:${size}px;height:${size}px;margin:${-size / 2}px;border-radius:50%;background:${hot ? '#FFB02E' : '#ffffffb8'};filter:blur(${hot ? 2 : 5}px);opacity:0`,
        )
        puff.animate(
          [
            { transform: `translate(0, ${stage.height * 0.34}px) scale(.3)`, opacity: 0 },
            { opacity: hot ? 1 : 0.85, offset: 0.2 },
            {
              transform: `translate(${x}px, ${stage.height * (0.42 + (n % 4) * 0.05)}px) scale(1.7)`,
              opacity: 0,
            },
          ],
          { duration: 900, delay: 350 + ((n * 71) % 1500), easing: OUT, fill: 'both' },
        )
      }
      stage.ring('#7C5CFF', 1750, 800)
      stage.ring('#FF7070', 1900, 800)
    },
  },
}
