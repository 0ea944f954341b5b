/** What the chat says about an event of the room; nothing for most. */
import type { T } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'

export interface EventLine {
  readonly text: string
  readonly tone: 'plain' | 'good' | 'warn'
}

export function eventText(
  type: string,
  data: any,
  how: { t: T; locale: string; me: string | undefined; nameOf(id: string): string | undefined },
): EventLine | undefined {
  const { t, me } = how
  const name = calmText(how.nameOf(data?.user) ?? t('chat.somebody'), 40)
  const mine = me !== undefined && data?.user === me
  switch (type) {
    case 'live.started':
      return { text: t('event.started'), tone: 'good' }
    case 'live.interrupted':
      return { text: t('event.interrupted'), tone: 'warn' }
    case 'live.resumed':
      return { text: t('event.resumed'), tone: 'good' }
    case 'live.paused':
      return { text: t('event.paused'), tone: 'plain' }
    case 'live.ended':
      return { text: t('event.ended'), tone: 'plain' }
    case 'danmaku.slowed':
      return data.seconds > 0
        ? { text: t('event.slowed', { seconds: data.seconds }), tone: 'plain' }
        : { text: t('event.slowOff'), tone: 'plain' }
    case 'member.muted':
      return { text: mine ? t('event.youMuted') : t('event.muted', { name }), tone: 'warn' }
    case 'member.unmuted':
      return { text: mine ? t('event.youUnmuted') : t('event.unmuted', { name }), tone: 'plain' }
    case 'member.kicked':
      return { text: t('event.kicked', { name }), tone: 'warn' }
    case 'member.promoted':
      return { text: mine ? t('event.youPromoted') : t('event.promoted', { name }), tone: 'good' }
    case 'member.demoted':
      return { text: mine ? t('event.youDemoted') : t('event.demoted', { name }), tone: 'plain' }
    default:
      return undefined
  }
}
