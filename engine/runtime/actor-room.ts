/** The Colyseus room of a live, group, dm or user: it connects sockets to an actor and knows no more. */

import { getMessageBytes, Protocol, Room } from '@colyseus/core'
import type { Lane } from '../kernel/feature.ts'
import { kindOf, type RoomKey } from '../kernel/position.ts'
import type { PublishedBatch, Replica } from '../kernel/room-actor.ts'
import { RoomError } from '../kernel/room-error.ts'
import { readClientFrame } from '../wire/client-frame.ts'
import { closeCodes } from '../wire/close-codes.ts'
import { protocol, signal } from '../wire/colyseus.ts'
import { AudienceReporter } from './audience-reporter.ts'
import { CommandDesk } from './command-desk.ts'
import { FrameBuffer } from './frame-buffer.ts'
import { FrameClock } from './frame-clock.ts'
import type { RoomClient } from './room-client.ts'
import { RoomFeed } from './room-feed.ts'
import type { RoomHost } from './room-host.ts'
import { Welcomes } from './welcomes.ts'

export interface ActorRoomOptions {
  readonly room: RoomKey
  readonly host: RoomHost
  /** Told once, when the instance is over. */
  readonly closed: () => void
}

/** Colyseus's code for a client that left by itself. */
const consented = 4000
const pong = signal(protocol.ping)
/** The same for everybody: nobody takes a seat again by its token, and there is no Schema state. */
const seated = Uint8Array.from(getMessageBytes[Protocol.JOIN_ROOM]('none', 'none'))

/** Colyseus knows the room and none of its sockets: what it keeps and does for each would cost most of a join. */
export class ActorRoom extends Room {
  override autoDispose = false // `Instances` closes idle rooms; it also knows of seats not yet taken
  override patchRate = null
  key!: RoomKey
  #options!: ActorRoomOptions
  #frames!: FrameBuffer
  #clock!: FrameClock
  #feed!: RoomFeed
  #welcomes!: Welcomes
  #commands!: CommandDesk
  #audience!: AudienceReporter
  /** In the order of coming. */
  readonly #sockets = new Set<RoomClient>()
  #over = false

  constructor() {
    super()
    // Taken for a simulation loop: without it every quiet room would tick Colyseus's clock 60 times a second.
    this['_simulationInterval'] = setTimeout(() => undefined).unref()
  }

  override async onCreate(options: ActorRoomOptions): Promise<void> {
    const { room, host } = options
    const kind = host.directory.kinds.get(kindOf(room))
    if (!kind) throw new RoomError('room.unknown', 'There is no such room.')
    const { settings, clock } = host
    this.key = room
    this.#options = options
    this.#frames = new FrameBuffer(kind, settings.lines, clock.now())
    this.#clock = new FrameClock(settings.windows, clock, (lanes) => this.#send(lanes))
    this.#feed = new RoomFeed(room, host, {
      batch: (batch) => this.#batch(batch),
      lost: () => this.#handsOver(),
      gap: () => this.#rewelcome(),
      reopened: () => this.#audience.again(),
      ended: (error) => this.#ended(error),
    })
    this.#commands = new CommandDesk(room, kind, host)
    this.#audience = new AudienceReporter(room, this.roomId, host)
    this.#welcomes = new Welcomes({
      room,
      host,
      feed: this.#feed,
      flush: () => this.#clock.flush(),
      welcomed: ({ asker }, returning) => this.#audience.entered(asker, returning),
    })
    await this.#feed.start()
  }

  get sockets(): ReadonlySet<RoomClient> {
    return this.#sockets
  }

  enter(client: RoomClient): void {
    if (this.#over) return client.leave(closeCodes.moved, 'the room is closed here')
    this.#sockets.add(client)
    client.send(seated)
  }

  /** A frame of a client. */
  receive(client: RoomClient, bytes: Uint8Array): void {
    if (bytes.length > 1 && client.joined && this.#commands.turnsAway(client, bytes)) return
    const frame = readClientFrame(bytes)
    if (!frame || (frame.kind === 'command' && !client.joined)) {
      return client.leave(closeCodes.malformed, 'not a frame of this protocol')
    }
    switch (frame.kind) {
      case 'command':
        return this.#commands.take(client, frame.command)
      case 'joined':
        if (client.joined) return
        client.joined = true
        return this.#welcomes.add(client)
      case 'ping':
        return client.send(pong)
      case 'leave':
        return client.leave(consented)
    }
  }

  /** The client's socket is closed. */
  left(client: RoomClient): void {
    if (this.#sockets.delete(client) && client.welcomed) this.#audience.left(client.asker)
  }

  /** Sends everybody away who is still here, and closes the room's instance on this node. */
  override disconnect(code: number): Promise<unknown> {
    this.#over = true
    this.expel(
      () => true,
      code,
      () => '',
    )
    return super.disconnect(code)
  }

  override onDispose(): void {
    this.#handsOver()
    this.#feed.stop()
    this.#clock.stop()
    this.#audience.stop()
    this.#options.closed()
  }

  /**
   * What a relay starts from; `cut` is called in the turn in which it holds exactly the frames sent so
   * far. Throws RoomError `room.elsewhere` where this node does not lead the room.
   */
  replica<T>(cut: (epoch: number) => T): Promise<Replica & { cut: T }> {
    return this.#feed.replica((epoch) => {
      this.#clock.flush()
      return cut(epoch)
    })
  }

  /** Takes no more commands; resolves when those under way are answered. */
  settle(): Promise<void> {
    return this.#commands.close()
  }

  /** Closes the sockets that `matches` picks, after they got all that was sent before. */
  expel(matches: (client: RoomClient) => boolean, code: number, reason: () => string): void {
    this.#clock.flush()
    for (const client of [...this.#sockets]) if (matches(client)) client.leave(code, reason())
  }

  #batch(batch: PublishedBatch): void {
    const { ready } = batch
    if (ready) {
      this.#clock.flush() // what was caught up on comes before what follows
      this.#options.host.transport.publish(this.key, ready.lane, ready.frame)
    } else for (const lane of this.#frames.add(batch)) this.#clock.touch(lane)
    for (const { type, data } of batch.events) {
      if (type !== 'member.kicked' || !(data?.until > this.#options.host.now())) continue
      this.expel(
        ({ asker }) => asker.id === data.user,
        closeCodes.kicked,
        () => 'kicked',
      )
    }
  }

  #send(lanes: readonly Lane[]): void {
    const { transport, clock, metrics, spread } = this.#options.host
    for (const lane of lanes) {
      const { frames, shed } = this.#frames.take(lane, clock.now())
      metrics.shedLines += shed
      for (const frame of frames) {
        transport.publish(this.key, lane, frame)
        if (this.#feed.leads) spread?.send(this.key, this.#feed.epoch, lane, frame)
      }
    }
  }

  /** What was taken still goes to the relays: nobody will ever send it to them again. */
  #handsOver(): void {
    this.#clock.flush()
    this.#options.host.spread?.end(this.key)
  }

  #rewelcome(): void {
    for (const client of this.#sockets) if (client.welcomed) this.#welcomes.add(client)
  }

  #ended(error: RoomError): void {
    const code = error.code === 'room.unknown' ? closeCodes.roomClosed : closeCodes.moved
    this.disconnect(code).catch((cause: unknown) => this.#options.host.defect(cause, this.key))
  }
}
