/** A stream to look at: a drifting landscape with a clock, a quiet melody and its wave, made by ffmpeg. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { drawCover } from './cover.ts'

export interface SceneOptions {
  readonly ffmpeg: string
  /** Full publishing address, key included. */
  readonly publishUrl: string
  readonly hue: number
  readonly seed: number
  /** Of the melody's lowest note, Hz. */
  readonly tone: number
  readonly height: 360 | 720
  /** Where the picture may be kept. */
  readonly file: string
}

export interface Scene {
  /** Resolves with the last that ffmpeg said when it is gone, whatever the cause. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

const fps = 20
const keyframeSeconds = 2
/** Semitones above the lowest note: a slow run up and down a pentatonic scale. */
const melody = [0, 7, 12, 16, 19, 16, 12, 7]

/** Streams in real time until it is stopped. */
export async function startScene(options: SceneOptions): Promise<Scene> {
  const { ffmpeg, height, file } = options
  // Wider than the picture, so that there is room to drift.
  await writeFile(file, await drawCover(options.hue, options.seed, height * 1.25))
  const child = spawn(ffmpeg, commandLine(options), { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
  await once(child, 'spawn')
  const ended = once(child, 'close').then(() => said.trim())
  return {
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function commandLine(options: SceneOptions): string[] {
  const { publishUrl, height, tone, file } = options
  const width = (height * 16) / 9
  const wave = height / 8
  const gop = String(fps * keyframeSeconds)
  const bitrate = height > 360 ? '1500k' : '600k'
  const scene = [
    `[0:v]loop=loop=-1:size=1,setpts=N/(${fps}*TB),realtime`,
    `crop=${width}:${height}:(iw-ow)/2*(1+sin(t/11)):(ih-oh)/2*(1+cos(t/7))`,
    `format=yuv420p[land]`,
  ].join(',')
  const graph = [
    scene,
    `[1:a]asplit[tone][seen]`,
    `[seen]showwaves=s=${width}x${wave}:mode=line:rate=${fps}:colors=white@0.6:scale=sqrt[wave]`,
    `[land][wave]overlay=0:H-h-${Math.round(height / 24)}:format=yuv420${clock(options)}[out]`,
  ].join(';')
  return [
    ['-hide_banner', '-loglevel', 'error', '-nostats'],
    ['-framerate', String(fps), '-i', file],
    ['-re', '-f', 'lavfi', '-i', `aevalsrc=${sound(tone)}:s=44100`],
    ['-filter_complex', graph, '-map', '[out]', '-map', '[tone]'],
    ['-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-r', String(fps)],
    ['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
    ['-b:v', bitrate, '-maxrate', bitrate, '-bufsize', bitrate],
    ['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-f', 'flv', publishUrl],
  ].flat()
}

/** One plucked note every half second. */
function sound(tone: number): string {
  const note = melody.reduceRight(
    (rest, semitones, i) =>
      `if(eq(mod(floor(2*t),${melody.length}),${i}),${(tone * 2 ** (semitones / 12)).toFixed(2)},${rest})`,
    String(tone),
  )
  return `'0.12*sin(2*PI*t*(${note}))*exp(-4*mod(t,0.5))'`
}

/** The time of day, where this ffmpeg can write. */
function clock({ ffmpeg, height }: SceneOptions): string {
  const source = 'color=size=64x64:rate=1'
  const probe = ['-v', 'error', '-f', 'lavfi', '-i', source, '-frames:v', '1']
  const canWrite = spawnSync(ffmpeg, [...probe, '-vf', 'drawtext=text=x', '-f', 'null', '-'])
  if (canWrite.status !== 0) return ''
  const [size, edge] = [Math.round(height / 14), Math.round(height / 20)]
  const style = `fontsize=${size}:fontcolor=white@0.9:shadowcolor=black@0.4:shadowx=2:shadowy=2`
  return `,drawtext=text='%{localtime\\:%X}':x=w-tw-${edge}:y=${edge}:${style}`
}
