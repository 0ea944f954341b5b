/** Draws covers and avatars: a calm landscape in one hue, another for each seed. */

import sharp from 'sharp'

/** A 16:9 picture as PNG, 1280 × 720 unless another height is given. */
export function drawCover(hue: number, seed: number, height = 720): Promise<Buffer> {
  return draw((height * 16) / 9, height, hue, seed)
}

/** A square picture as PNG, 512 × 512. */
export function drawAvatar(hue: number, seed: number): Promise<Buffer> {
  return draw(512, 512, hue, seed)
}

function draw(width: number, height: number, hue: number, seed: number): Promise<Buffer> {
  const random = randomFrom(seed)
  const sun = { x: width * (0.25 + 0.5 * random()), y: height * (0.3 + 0.15 * random()) }
  const ridges = Array.from({ length: 4 }, (_, i) => {
    const base = height * (0.5 + 0.14 * i)
    return `<path d="${ridge(width, height, base, random)}" fill="hsl(${hue + 8 * i} 48% ${44 - 10 * i}%)"/>`
  })
  const stars = Array.from({ length: 40 }, () => {
    const [x, y] = [width * random(), height * 0.45 * random()]
    return `<circle cx="${x}" cy="${y}" r="${0.6 + 1.6 * random()}" fill="#fff" opacity="${0.2 + 0.6 * random()}"/>`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs>
      <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
        <stop offset="0" stop-color="hsl(${hue} 55% 24%)"/>
        <stop offset="0.6" stop-color="hsl(${hue + 20} 70% 58%)"/>
        <stop offset="1" stop-color="hsl(${hue + 40} 85% 78%)"/>
      </linearGradient>
      <radialGradient id="glow">
        <stop offset="0" stop-color="#fff" stop-opacity="0.9"/>
        <stop offset="1" stop-color="#fff" stop-opacity="0"/>
      </radialGradient>
    </defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    ${stars.join('')}
    <circle cx="${sun.x}" cy="${sun.y}" r="${height * 0.34}" fill="url(#glow)" opacity="0.5"/>
    <circle cx="${sun.x}" cy="${sun.y}" r="${height * 0.11}" fill="hsl(${hue + 45} 100% 92%)"/>
    ${ridges.join('')}
  </svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

/** A line of hills from the left edge to the right, closed along the bottom. */
function ridge(width: number, height: number, base: number, random: () => number): string {
  const [long, short, shift] = [1 + 2 * random(), 4 + 4 * random(), 6 * random()]
  const points = Array.from({ length: 65 }, (_, i) => {
    const x = i / 64
    const wave =
      Math.sin(shift + x * long * Math.PI) + 0.3 * Math.sin(shift * 3 + x * short * Math.PI)
    return `${(x * width).toFixed(1)},${(base - wave * height * 0.08).toFixed(1)}`
  })
  return `M0,${height} L${points.join(' L')} L${width},${height} Z`
}

/** mulberry32: the same picture for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}
