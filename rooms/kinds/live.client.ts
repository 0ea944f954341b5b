/** The kind `live` for clients: its view, folded from the welcome and the events after it. */

import { audienceClient } from '../features/audience/audience.client.ts'
import { danmakuClient } from '../features/danmaku/danmaku.client.ts'
import type { Ask, ClientFeature, WireEvent } from '../features/feature.client.ts'
import { giftClient } from '../features/gift/gift.client.ts'
import { likeClient } from '../features/like/like.client.ts'
import { liveClient } from '../features/live/live.client.ts'
import { memberClient } from '../features/member/member.client.ts'

const features = {
  live: liveClient,
  audience: audienceClient,
  danmaku: danmakuClient,
  like: likeClient,
  gift: giftClient,
  member: memberClient,
}
type Features = typeof features
type FeatureName = keyof Features

export type LiveRoomView = { readonly [F in FeatureName]: Features[F]['initial'] }
export type LiveRoomCommands = { readonly [F in FeatureName]: ReturnType<Features[F]['commands']> }

/** The view of a welcome. What an older server does not send keeps its initial value. */
export function liveView(welcome: Readonly<Record<string, unknown>> = {}): LiveRoomView {
  const view: Record<string, unknown> = {}
  for (const [name, { initial }] of Object.entries(features)) {
    view[name] = { ...initial, ...(welcome[name] as object | undefined) }
  }
  return view as LiveRoomView
}

/** The view after an event: a new object where something changed, else the same. Unknown events change nothing. */
export function foldLive(view: LiveRoomView, [type, data, at]: WireEvent): LiveRoomView {
  let next: Record<string, unknown> | undefined
  for (const name of foldersOf(type)) {
    const before = view[name]
    const fold = (features[name] as ClientFeature<any, unknown>).fold[type]!
    const after = fold(before, data, at)
    if (after !== before) (next ??= { ...view })[name] = after
  }
  return next ? (next as LiveRoomView) : view
}

/** The room's commands, typed, by feature. */
export function liveCommands(ask: Ask): LiveRoomCommands {
  const commands: Record<string, unknown> = {}
  for (const [name, feature] of Object.entries(features)) commands[name] = feature.commands(ask)
  return commands as LiveRoomCommands
}

const folders = new Map<string, FeatureName[]>()
for (const name of Object.keys(features) as FeatureName[]) {
  for (const type of Object.keys(features[name].fold)) {
    folders.set(type, [...(folders.get(type) ?? []), name])
  }
}

function foldersOf(type: string): readonly FeatureName[] {
  return folders.get(type) ?? []
}
