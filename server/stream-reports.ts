/** Brings what media nodes report through the outbox to the rooms. */

import { systemAsker } from '../engine/kernel/context.ts'
import { RoomError } from '../engine/kernel/room-error.ts'
import type { Directory } from '../engine/runtime/directory.ts'

/** What the room of the stream is asked, by topic. */
const commands: Readonly<Record<string, { name: string; fields: readonly string[] }>> = {
  'stream.started': { name: 'live.streamStarted', fields: ['stream', 'at'] },
  'stream.interrupted': { name: 'live.streamInterrupted', fields: ['stream', 'at'] },
  'stream.resumed': { name: 'live.streamResumed', fields: ['stream', 'at'] },
  'stream.ended': { name: 'live.streamEnded', fields: ['stream', 'at'] },
  'recording.ready': { name: 'live.recordingReady', fields: ['recording', 'stream', 'seconds'] },
}

export interface Report {
  /** UUIDv7: the command id, so that a report told twice takes effect once. */
  readonly id: string
  readonly topic: string
  /** The live room's id. */
  readonly key: string
  readonly payload: unknown
}

/**
 * Asks the room. Resolves for a report that the room refuses for good, so that it does not block the
 * ones behind it; rejects where a later try may help.
 */
export async function reportStream(directory: Directory, report: Report): Promise<void> {
  const command = commands[report.topic]
  if (!command) return
  const payload = report.payload as Record<string, unknown>
  const input = Object.fromEntries(command.fields.map((field) => [field, payload[field]]))
  if (typeof input.at === 'string') input.at = Date.parse(input.at)
  try {
    await ask(report.id)
  } catch (error) {
    if (!(error instanceof RoomError)) throw error
    // Too late for the memory of ids; the rooms take reports twice without harm.
    if (error.code === 'command.expired') return ask()
    if (error.retry === 'retry' || error.code === 'internal') throw error
  }

  async function ask(id?: string): Promise<void> {
    await directory.ask(`live_${report.key}`, command!.name, input, systemAsker, id)
  }
}
