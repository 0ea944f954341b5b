/** Harm to the tier that carries the stream: the room says so, and everything else goes on. */

import { until } from '../../support/people.ts'
import { ownMediaMissing } from '../stage/own-media.ts'
import { patience } from '../stage/patience.ts'
import type { Stage } from '../stage/stage.ts'
import type { Scenario } from './scenario.ts'
import { demand, noGap, sameEpoch, underGifts } from './under-gifts.ts'

/** Everybody in the room is told so. */
async function told(stage: Stage, status: string): Promise<void> {
  const all = (): boolean => stage.people.every(({ room }) => room.view.live.status === status)
  await until(`the room is ${status}`, all, patience)
  stage.timeline.note(`everybody sees the room ${status}`)
}

/** Whoever is in the room reads what is said. */
async function chats({ givers, people }: Stage): Promise<void> {
  const { room } = givers[0]!
  const text = `is anybody there ${room.newId()}`
  const readers = new Set(people)
  for (const person of people)
    person.room.on('danmaku', (lines) => {
      if (lines.some((line) => line.text === text)) readers.delete(person)
    })
  await room.danmaku.send(text).acked
  await until('everybody reads the line', () => readers.size === 0, patience)
}

function session(stage: Stage): string | undefined {
  return stage.people[0]!.room.view.live.session?.id
}

/** Nobody brings the stream back: the session is over, and the room is there still. */
async function endsByItself(stage: Stage, what: string, harm: () => Promise<void>): Promise<void> {
  const burst = stage.burst()
  await burst.more(20)
  stage.timeline.fault(what)
  await harm()
  await burst.more(20)
  await chats(stage)
  await told(stage, 'ended')
  stage.timeline.heal('the session is over')
  await burst.end()
  await chats(stage)
}

const killed: Scenario = {
  name: 'media-killed',
  title: 'kill -9 of the media node in mid-stream; it comes back, and so does the encoder',
  missing: ownMediaMissing,
  stage: { media: true, watchers: 1 },
  run: (stage) =>
    underGifts(stage, async (burst) => {
      const epoch = await stage.epoch()
      const before = session(stage)
      stage.timeline.fault('kill -9 of the media node')
      await stage.media.process.kill()
      await chats(stage)
      await burst.more(20)
      await stage.media.process.start()
      await told(stage, 'interrupted')
      await told(stage, 'live')
      stage.timeline.heal('the stream is back')
      await chats(stage)
      await burst.more(20)
      const after = session(stage)
      return [
        demand(
          'X',
          'The session goes on',
          before !== undefined && after === before,
          () => `${before} became ${after}`,
        ),
        await sameEpoch(stage, epoch),
        noGap(stage),
      ]
    }),
}

const encoderLost: Scenario = {
  name: 'encoder-lost',
  title: 'The encoder is killed and stays away: interrupted at once, and over after its grace',
  missing: ownMediaMissing,
  stage: { media: true },
  run: async (stage) => {
    await endsByItself(stage, 'kill -9 of the encoder', async () => {
      await stage.media.stopEncoder()
      await told(stage, 'interrupted')
    })
    return [noGap(stage)]
  },
}

const lost: Scenario = {
  name: 'media-lost',
  title: 'kill -9 of the media node, which never comes back: the session ends by itself',
  missing: ownMediaMissing,
  stage: { media: true },
  run: async (stage) => {
    const { media } = stage
    await endsByItself(stage, 'kill -9 of the media node', () => media.process.kill())
    return [noGap(stage)]
  },
}

export const mediaScenarios: readonly Scenario[] = [killed, encoderLost, lost]
