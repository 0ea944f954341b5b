/** A client that speaks the wire by hand, and so can also speak it wrongly. */

import WebSocket from 'ws'
import { protocol, readServerFrame, roomData, signal } from '../../wire/colyseus.ts'
import { CommandIds } from '../../wire/command-id.ts'
import type { Answer, ServerMessages, Welcome, WireEvent } from '../../wire/messages.ts'

const patienceMs = 10_000

export class RawClient {
  readonly socket: WebSocket
  readonly messages: { type: string; payload: any }[] = []
  readonly ids = new CommandIds()
  closed: { code: number; reason: string } | undefined
  readonly #waiting = new Set<() => void>()

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers })
    this.socket.on('message', (data: Buffer) => {
      const frame = readServerFrame(data)
      if (frame.kind === 'joined') this.socket.send(signal(protocol.joinRoom))
      this.messages.push(frame.kind === 'data' ? frame : { type: frame.kind, payload: undefined })
      this.#news()
    })
    this.socket.on('error', () => undefined)
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#news()
    })
  }

  /** Waits until `look` finds something; fails after ten seconds with what came instead. */
  until<Found>(look: () => Found | undefined | false, what = 'it'): Promise<Found> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look()
        if (!found) return
        stop()
        resolve(found)
      }
      const stop = (): void => {
        clearTimeout(patience)
        this.#waiting.delete(check)
      }
      const patience = setTimeout(() => {
        stop()
        const seen = JSON.stringify({ closed: this.closed, messages: this.messages.slice(-5) })
        reject(new Error(`${what} did not come; instead: ${seen.slice(0, 2_000)}`))
      }, patienceMs)
      this.#waiting.add(check)
      check()
    })
  }

  #news(): void {
    for (const check of [...this.#waiting]) check()
  }

  all<Type extends keyof ServerMessages>(type: Type): ServerMessages[Type][] {
    return this.messages.filter((one) => one.type === type).map(({ payload }) => payload)
  }

  welcome(nth = 1): Promise<Welcome> {
    return this.until(() => this.all('w')[nth - 1], 'a welcome')
  }

  close(): Promise<{ code: number; reason: string }> {
    return this.until(() => this.closed, 'a close')
  }

  async ask(name: string, input: unknown, id = this.ids.next()): Promise<Answer> {
    this.socket.send(roomData('c', [id, name, input]))
    return this.until(
      () => this.all('a').find((answer) => answer[0] === id),
      `an answer to ${name}`,
    )
  }

  /** Every event of a lane so far, flattened. */
  events(lane: 'm' | 's' | 'y'): readonly WireEvent[] {
    if (lane === 'm') return this.all('m').flatMap(([, , events]) => events)
    return this.all(lane).flatMap(([, events]) => events)
  }
}
