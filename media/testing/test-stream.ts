/** A publisher without a camera: moving picture, running clock and tone, sent by ffmpeg over RTMP. */

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { findFfmpeg } from '../packager/ffmpeg.ts'

export interface TestStreamOptions {
  /** Full publishing address, key included: `rtmp://host/live/<key>`. */
  url: string
  /** Default: found as the media node finds it. */
  ffmpeg?: string
  width?: number
  height?: number
  fps?: number
  /** Seconds between keyframes. */
  keyframeSeconds?: number
  videoKbps?: number
  /** Hz. */
  tone?: number
  /** Ends by itself after this; otherwise it runs until it is stopped. */
  seconds?: number
  /** Text in the picture, where ffmpeg can write. */
  label?: string
  /** 1 is real time; tests of throughput may send faster. */
  speed?: number
}

export interface TestStream {
  readonly pid: number
  /** Resolves with the exit code when ffmpeg is gone, whatever the cause. */
  readonly ended: Promise<number | null>
  /** The last that ffmpeg said. */
  errors(): string
  /** Ends the stream as an encoder does. */
  stop(): Promise<void>
  /** Ends the process without a farewell, as a lost connection does. */
  kill(): Promise<void>
}

const maxErrorText = 4000
const run = promisify(execFile)

/** Starts publishing; the caller stops it. Its stdin is ours, so it does not outlive this process. */
export async function startTestStream(options: TestStreamOptions): Promise<TestStream> {
  const ffmpeg = options.ffmpeg ?? (await findFfmpeg()).path
  const clock = await canDraw(ffmpeg)
  const child = spawn(ffmpeg, commandLine(options, clock), { stdio: ['pipe', 'ignore', 'pipe'] })
  let errors = ''
  child.stdin!.on('error', () => {})
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-maxErrorText)
  })
  await once(child, 'spawn')
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    pid: child.pid!,
    ended,
    errors: () => errors.trim(),
    stop: () => finish(child, ended, 'SIGTERM'),
    kill: () => finish(child, ended, 'SIGKILL'),
  }
}

function commandLine(options: TestStreamOptions, clock: boolean): string[] {
  const { width = 640, height = 360, fps = 25, keyframeSeconds = 1, videoKbps = 600 } = options
  const { url, tone = 440, seconds, label = 'Plaza', speed = 1 } = options
  const gop = String(Math.max(1, Math.round(fps * keyframeSeconds)))
  const realTime = speed === 1 ? ['-re'] : []
  const until = seconds === undefined ? [] : ['-t', String(seconds)]
  return [
    ['-hide_banner', '-loglevel', 'error', '-nostats'],
    [...realTime, '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${fps}`],
    [...realTime, '-f', 'lavfi', '-i', `sine=frequency=${tone}:sample_rate=44100`],
    clock ? ['-vf', drawing(label, height)] : [],
    ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    ['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
    ['-b:v', `${videoKbps}k`, '-maxrate', `${videoKbps}k`, '-bufsize', `${videoKbps}k`],
    ['-c:a', 'aac', '-b:a', '96k', '-ac', '2', ...until, '-f', 'flv', url],
  ].flat()
}

/** Label and wall clock, with what drawtext treats as syntax taken out of the label. */
function drawing(label: string, height: number): string {
  const text = label.replace(/[^\p{L}\p{N} _.-]/gu, '')
  const style = `fontsize=${Math.round(height / 12)}:fontcolor=white:box=1:boxcolor=black@0.5:boxborderw=8`
  return [
    `drawtext=text='${text}':x=20:y=20:${style}`,
    `drawtext=text='%{localtime\\:%X}':x=20:y=h-th-20:${style}`,
  ].join(',')
}

/** Whether this ffmpeg has the filter and finds a font for it. */
async function canDraw(ffmpeg: string): Promise<boolean> {
  const probe = ['-v', 'error', '-f', 'lavfi', '-i', 'color=size=64x64:rate=1', '-frames:v', '1']
  const sink = ['-vf', 'drawtext=text=x', '-f', 'null', '-']
  return run(ffmpeg, [...probe, ...sink], { timeout: 10_000 }).then(
    () => true,
    () => false,
  )
}

async function finish(
  child: ChildProcess,
  ended: Promise<unknown>,
  signal: NodeJS.Signals,
): Promise<void> {
  child.kill(signal)
  await ended
}
