/** Live rooms: made and changed here, run by their actors, listed from the projection. */

import { systemAsker, type Asker } from '../../engine/kernel/context.ts'
import type { RoomKey } from '../../engine/kernel/position.ts'
import { RoomError } from '../../engine/kernel/room-error.ts'
import { playbackExpiry, signPlayback, type PlaybackAct } from '../../persistence/playback-token.ts'
import { hasKey, issueKey, streamOf } from '../../persistence/streams.ts'
import type { Db } from '../../persistence/tables.ts'
import { newLiveId } from '../ids.ts'
import { decodeCursor, encodeCursor } from '../schemas.ts'
import { cleanLine, graphemeCount } from '../text.ts'
import {
  titleLimit,
  type LiveCard,
  type LiveInput,
  type LivePage,
  type MyLive,
  type Playback,
  type Replay,
} from './channels.protocol.ts'
import {
  findLive,
  insertLive,
  listLive,
  listReplays,
  updateLive,
  type LiveFilter,
  type LiveRow,
} from './channels.store.ts'
import { avatarOf, cardOf, incoming, isOnAir, replayOf } from './live-card.ts'
import type { MediaAddresses } from './media-addresses.ts'

/** The way to the rooms; the engine's Directory is one. */
export interface Rooms {
  ask(room: RoomKey, command: string, input: unknown, asker: Asker, id?: string): Promise<unknown>
}

export interface ChannelsOptions {
  readonly db: Db
  readonly rooms: Rooms
  readonly addresses: MediaAddresses
  /** Hexadecimal, shared with the media nodes. */
  readonly mediaSecret: string
  readonly now?: () => number
}

export class Channels {
  readonly #db: Db
  readonly #rooms: Rooms
  readonly #addresses: MediaAddresses
  readonly #secret: string
  readonly #now: () => number

  constructor({ db, rooms, addresses, mediaSecret, now = Date.now }: ChannelsOptions) {
    this.#db = db
    this.#rooms = rooms
    this.#addresses = addresses
    this.#secret = mediaSecret
    this.#now = now
  }

  /** On air, the hottest first; with `q` also the others whose title or host has it. */
  async list(
    query: Omit<LiveFilter, 'after' | 'text'> & {
      q?: string | undefined
      cursor?: string | undefined
    },
  ): Promise<LivePage> {
    const { category, limit } = query
    const text = query.q === undefined ? '' : cleanLine(query.q)
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor)
    const filter = { category, after, text: text === '' ? undefined : text }
    const rows = await listLive(this.#db, { ...filter, limit: limit + 1 })
    const items = rows.slice(0, limit)
    const last = items.at(-1)
    if (rows.length <= limit || !last) return { items: items.map(cardOf) }
    const next = encodeCursor([isOnAir(last) ? 1 : 0, last.viewers, last.id])
    return { items: items.map(cardOf), next }
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<LiveCard> {
    return cardOf(await this.#find(id))
  }

  /** The user's own room. Throws `not_found`. */
  async mine(userId: string, origin: string): Promise<MyLive> {
    const row = await findLive(this.#db, { owner: userId })
    if (!row?.opened) throw new RoomError('not_found', 'You have no live room yet.')
    const [keyed, onAir] = await Promise.all([hasKey(this.#db, row.id), streamOf(this.#db, row.id)])
    return {
      ...cardOf(row),
      rtmpUrl: this.#addresses.rtmp(origin),
      hasKey: keyed,
      ...(onAir === undefined ? {} : { stream: incoming(onAir) }),
    }
  }

  /** One room a user. Throws `live.exists {id}` or `invalid`. */
  async create(owner: Asker, input: LiveInput): Promise<LiveCard> {
    const wanted = { ...input, title: cleanTitle(input.title) }
    const at = new Date(this.#now())
    await insertLive(this.#db, { id: newLiveId(), owner: owner.id, input: wanted, at })
    const row = (await findLive(this.#db, { owner: owner.id }))!
    if (row.opened)
      throw new RoomError('live.exists', 'You have a live room already; change that one.', {
        data: { id: row.id },
      })
    const key = `live_${row.id}`
    const host = { id: owner.id, name: row.host_name, ...avatarOf(row) }
    await this.#rooms.ask(key, 'live.create', { host, ...wanted }, systemAsker)
    // A first try whose answer was lost may have opened the room with another title.
    if (row.title !== wanted.title || row.category !== wanted.category)
      await this.#rooms.ask(key, 'live.setup', wanted, owner)
    await updateLive(this.#db, row.id, { ...columnsOf(wanted), opened: true })
    return this.get(row.id)
  }

  /** Throws `not_found`, `forbidden`, `invalid`, or what the room refuses with. */
  async update(asker: Asker, id: string, patch: Partial<LiveInput>): Promise<LiveCard> {
    await this.#own(asker, id)
    const { title, ...rest } = patch
    const wanted = title === undefined ? rest : { ...rest, title: cleanTitle(title) }
    await this.#rooms.ask(`live_${id}`, 'live.setup', wanted, asker)
    // The projection says the same soon; whoever asked sees it now.
    if (Object.keys(wanted).length > 0) await updateLive(this.#db, id, columnsOf(wanted))
    return this.get(id)
  }

  /** A new stream key, told only now; a stream that runs on the old one is stopped. */
  async rotateKey(
    asker: Asker,
    id: string,
    origin: string,
  ): Promise<{ rtmpUrl: string; key: string }> {
    await this.#own(asker, id)
    return { rtmpUrl: this.#addresses.rtmp(origin), key: await issueKey(this.#db, id) }
  }

  /** Signed addresses of what is on air. Throws `not_found`. */
  async playback(id: string, origin: string): Promise<Playback> {
    const { status } = await this.#find(id)
    const onAir = status === 'suspended' ? undefined : await streamOf(this.#db, id)
    const expiresAt = new Date(playbackExpiry('flv', this.#now()) * 1000).toISOString()
    if (!onAir) return { status, expiresAt }
    const media = this.#addresses.media(origin)
    const { stream } = onAir
    return {
      flv: `${media}/flv/${stream}.flv?t=${this.#sign('flv', stream, id)}`,
      hls: `${media}/hls/${this.#sign('hls', stream, id)}/${stream}/index.m3u8`,
      expiresAt,
      status,
    }
  }

  /** Newest first. Throws `not_found`. */
  async replays(id: string): Promise<Replay[]> {
    await this.#find(id)
    return (await listReplays(this.#db, { live: id })).map(replayOf)
  }

  /** Throws `not_found`. */
  async replay(id: string, origin: string): Promise<Replay & { hls: string }> {
    const [row] = await listReplays(this.#db, { id })
    if (!row) throw new RoomError('not_found', 'There is no such replay.')
    const token = this.#sign('replay', row.id, row.live)
    const hls = `${this.#addresses.media(origin)}/replay/${token}/${row.id}/index.m3u8`
    return { ...replayOf(row), hls }
  }

  async #find(id: string): Promise<LiveRow> {
    const row = await findLive(this.#db, { id })
    if (row?.opened) return row
    throw new RoomError('not_found', 'There is no such live room.')
  }

  async #own(asker: Asker, id: string): Promise<void> {
    const row = await this.#find(id)
    if (row.owner_id !== asker.id)
      throw new RoomError('forbidden', 'Only the host of this live room may do this.')
  }

  #sign(act: PlaybackAct, name: string, live: string): string {
    const exp = playbackExpiry(act, this.#now())
    return signPlayback(this.#secret, { act, name, live, exp })
  }
}

function columnsOf({ title, category, cover }: Partial<LiveInput>) {
  return {
    ...(title === undefined ? {} : { title }),
    ...(category === undefined ? {} : { category }),
    ...(cover === undefined ? {} : { cover }),
  }
}

/** Throws `invalid`. */
function cleanTitle(text: string): string {
  const title = cleanLine(text)
  const count = graphemeCount(title)
  if (count >= 1 && count <= titleLimit) return title
  const message = `Choose a title of 1 to ${titleLimit} characters.`
  throw new RoomError('invalid', message, {
    retry: 'fix',
    data: { issues: [{ path: 'body.title', message }] },
  })
}

function readCursor(text: string): readonly [number, number, string] {
  const [rank, viewers, id] = decodeCursor(text, 3) ?? []
  if ((rank === 0 || rank === 1) && Number.isInteger(viewers) && typeof id === 'string')
    return [rank, viewers as number, id]
  throw new RoomError('invalid', 'The cursor is not one of this list; start from the first page.', {
    retry: 'fix',
  })
}
