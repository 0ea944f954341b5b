/** What the ingest needs from the rest of the node: someone who admits publishers. */

import type { MediaPacket } from '../flv/media-packet.ts'

/** A connection that publishes or asks to. */
export interface Publisher {
  /** Ends the connection; `reason` is shown to the encoder. Harmless when it is closed already. */
  close(reason: string): void
}

/** Where an admitted publisher's media goes. */
export interface Source {
  /** The packet's body is only valid during the call. */
  packet(packet: MediaPacket): void
  /** Frame rate that the encoder announces. */
  announce(fps: number): void
  /** The connection is gone. Called once. */
  closed(): void
}

export interface Door {
  /**
   * Decides on a publisher; nothing of it flows before.
   * @throws RoomError whose message may be shown to the encoder
   */
  admit(key: string, publisher: Publisher): Promise<Source>
}
