/** A moving picture drawn here, in place of a stream: development and browser tests need no media server. */
import type { Source, SourceHandlers } from '../src/player/source.ts'

/** `simulated:wide` or `simulated:tall`, with a seed after `/`. */
export function openSimulated(
  video: HTMLVideoElement,
  url: string,
  handlers: SourceHandlers,
): Source {
  const tall = url.includes('tall')
  const seed = Number(url.split('/')[1] ?? 1)
  const canvas = document.createElement('canvas')
  canvas.width = tall ? 360 : 640
  canvas.height = tall ? 640 : 360
  const context = canvas.getContext('2d')!
  let frame = 0
  const draw = () => {
    paint(context, canvas.width, canvas.height, frame++ / 12, seed)
  }
  draw()
  const timer = setInterval(draw, 83)
  video.srcObject = canvas.captureStream(12)
  handlers.onSize?.(canvas.width, canvas.height)
  return {
    kind: 'simulated',
    latency: () => 0.62,
    stop() {
      clearInterval(timer)
      video.srcObject = null
    },
  }
}

/** A night stage: lights, crowd and a singer, enough to judge contrast over a real picture. */
function paint(c: CanvasRenderingContext2D, w: number, h: number, t: number, seed: number): void {
  const hue = (seed * 57 + 250) % 360
  const sky = c.createLinearGradient(0, 0, 0, h)
  sky.addColorStop(0, `hsl(${hue} 55% 16%)`)
  sky.addColorStop(0.6, `hsl(${(hue + 40) % 360} 60% 34%)`)
  sky.addColorStop(1, `hsl(${(hue + 80) % 360} 55% 18%)`)
  c.fillStyle = sky
  c.fillRect(0, 0, w, h)
  c.globalCompositeOperation = 'lighter'
  for (let n = 0; n < 6; n++) {
    const x = w * (0.1 + n * 0.16)
    const lean = Math.sin(t * 0.9 + n * 1.3) * w * 0.18
    const beam = c.createLinearGradient(x, 0, x + lean, h * 0.85)
    beam.addColorStop(0, `hsl(${(hue + n * 36) % 360} 90% 66% / .5)`)
    beam.addColorStop(1, 'transparent')
    c.fillStyle = beam
    c.beginPath()
    c.moveTo(x - 4, 0)
    c.lineTo(x + 4, 0)
    c.lineTo(x + lean + w * 0.07, h * 0.85)
    c.lineTo(x + lean - w * 0.07, h * 0.85)
    c.fill()
  }
  c.globalCompositeOperation = 'source-over'
  const sway = Math.sin(t * 1.7) * w * 0.012
  c.fillStyle = '#120d1c'
  c.beginPath()
  c.ellipse(w / 2 + sway, h * 0.43, h * 0.06, h * 0.075, 0, 0, 7)
  c.fill()
  c.beginPath()
  c.moveTo(w / 2 - h * 0.12, h * 0.82)
  c.quadraticCurveTo(w / 2 - h * 0.14 + sway, h * 0.52, w / 2 + sway, h * 0.51)
  c.quadraticCurveTo(w / 2 + h * 0.14 + sway, h * 0.52, w / 2 + h * 0.12, h * 0.82)
  c.fill()
  for (let n = 0; n < 34; n++) {
    const x = (n / 33) * w
    const y = h * (0.88 + 0.03 * Math.sin(n * 12.9)) + Math.abs(Math.sin(t * 2 + n)) * -h * 0.02
    c.fillStyle = '#0b0812'
    c.beginPath()
    c.arc(x, y, h * 0.035, 0, 7)
    c.fill()
    c.fillRect(x - h * 0.05, y + h * 0.02, h * 0.1, h)
    if (n % 4 === 0) {
      c.fillStyle = `hsl(${(hue + n * 20) % 360} 90% 70%)`
      c.fillRect(x + Math.sin(t * 3 + n) * 6, y - h * 0.12, 3, h * 0.09)
    }
  }
}
