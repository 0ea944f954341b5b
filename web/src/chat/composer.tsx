/** Where a viewer writes: emoji, colour and place of the danmaku, mentions, and when one may send again. */
import { SmileOutlined, BgColorsOutlined } from '@ant-design/icons'
import { useImperativeHandle, useRef, useState, type ReactNode, type RefObject } from 'react'
import { isReject, type DanmakuMode, type LiveRoom } from '../../../sdk/index.ts'
import { useRoom } from '../../../sdk/react/index.ts'
import { useSession } from '../account/session.tsx'
import { Pop } from '../frame/pop.tsx'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { calmText } from '../lib/calm-text.ts'
import { clock } from '../lib/format.ts'
import type { Named } from './name-menu.tsx'
import { useCooldown } from './use-cooldown.ts'
import styles from './composer.module.css'

const LENGTH = 100
const MENTIONS = 5
const EMOJI =
  '😀 😂 🤣 😊 😍 😘 😎 🤔 😴 😭 😡 🥳 🤩 😱 🙏 👏 👍 👎 💪 👀 🔥 ✨ 🎉 🎵 ❤️ 💔 💯 🌹 🍻 🐶 🐱 🚀'.split(
    ' ',
  )
/** Of the colours that a room takes. */
const COLORS = [
  '#ffffff',
  '#ff7875',
  '#ffd666',
  '#fff566',
  '#95de64',
  '#69c0ff',
  '#b37feb',
  '#ff85c0',
]
const MODES: readonly DanmakuMode[] = ['scroll', 'top', 'bottom']

export function Composer(props: {
  room: LiveRoom | undefined
  blocked: boolean
  names: () => readonly Named[]
  onMention: RefObject<(who: Named) => void>
  /** Stands beside the field while nothing is written. */
  side?: ReactNode
}) {
  const { room, blocked, names, onMention } = props
  const { t } = useT()
  const session = useSession()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [color, setColor] = useState(COLORS[0]!)
  const [mode, setMode] = useState<DanmakuMode>('scroll')
  const [mentioned, setMentioned] = useState<readonly Named[]>([])
  const [offers, setOffers] = useState<readonly Named[]>([])
  const slow = useRoom(room, (view) => view.danmaku.slowSeconds) ?? 0
  const mutedUntil = useRoom(room, (view) => view.member.you.mutedUntil)
  const muteLeft = useCooldown(mutedUntil ?? 0)
  const [freeAt, setFreeAt] = useState(0)
  const wait = useCooldown(freeAt)
  const guest = room?.you.roles.includes('guest') ?? false
  const muted = muteLeft > 0

  const add = (who: Named) => {
    setText((before) =>
      `${before.replace(/@[^\s@]*$/, '')}@${calmText(who.name, 40)} `.slice(0, LENGTH),
    )
    setMentioned((before) => [...before.filter(({ id }) => id !== who.id), who].slice(-MENTIONS))
    setOffers([])
    input.current?.focus()
  }
  useImperativeHandle(onMention, () => add)

  const change = (next: string) => {
    setText(next)
    const typed = /@([^\s@]*)$/.exec(next)?.[1]?.toLowerCase()
    setOffers(
      typed === undefined
        ? []
        : names()
            .filter(({ name }) => name.toLowerCase().includes(typed))
            .slice(0, 5),
    )
  }

  const send = () => {
    const line = text.trim()
    if (!room || !line || wait > 0 || muted) return
    if (!session.require()) return
    const mentions = mentioned
      .filter(({ name }) => line.includes(`@${calmText(name, 40)}`))
      .map(({ id }) => id)
    const outgoing = room.danmaku.send(line, { color, mode, mentions })
    setText('')
    setMentioned([])
    setOffers([])
    if (slow > 0 && !room.you.can.includes('moderate')) setFreeAt(Date.now() + slow * 1000)
    outgoing.acked.catch((error: unknown) => {
      if (isReject(error, 'slow_mode')) setFreeAt(Date.now() + error.data.retryInMs)
      // What was refused is given back, unless something new is being written.
      if (isReject(error) && error.retry !== 'no') setText((now) => now || line)
      toast({
        text: rejectText(error, t),
        tone: 'bad',
        ...(isReject(error) && error.retry === 'retry' && error.code !== 'slow_mode'
          ? {
              action: {
                label: t('common.retry'),
                run: () => void outgoing.retry().catch(() => {}),
              },
            }
          : {}),
      })
    })
  }

  if (guest) {
    return (
      <div className={styles['composer']}>
        <div className={styles['row']}>
          <button type="button" className={styles['guest']} onClick={() => session.require()}>
            {t('chat.signInToChat')}
          </button>
          {props.side}
        </div>
      </div>
    )
  }
  return (
    <form
      className={styles['composer']}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {offers.length > 0 && (
        <ul className={styles['offers']} aria-label={t('chat.mention')}>
          {offers.map((who) => (
            <li key={who.id}>
              <button type="button" className="foreign" onClick={() => add(who)}>
                @{calmText(who.name, 40)}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={styles['row']}>
        <div className={styles['field']} data-muted={muted || undefined}>
          <Pop
            label={t('chat.style')}
            align="start"
            className={styles['tool']}
            button={<BgColorsOutlined style={{ color: color === COLORS[0] ? undefined : color }} />}
          >
            {() => (
              <div className={styles['style']}>
                <span>{t('chat.color')}</span>
                <div className={styles['colors']}>
                  {COLORS.map((one) => (
                    <button
                      key={one}
                      type="button"
                      aria-label={one}
                      aria-pressed={one === color}
                      style={{ background: one }}
                      onClick={() => setColor(one)}
                    />
                  ))}
                </div>
                <span>{t('chat.place')}</span>
                <div className={styles['modes']}>
                  {MODES.map((one) => (
                    <button
                      key={one}
                      type="button"
                      aria-pressed={one === mode}
                      onClick={() => setMode(one)}
                    >
                      {t(`chat.mode.${one}`)}
                    </button>
                  ))}
                </div>
              </div>
            )}
          </Pop>
          <input
            ref={input}
            value={text}
            maxLength={LENGTH}
            disabled={muted || blocked}
            placeholder={
              muted
                ? t('chat.mutedFor', { left: clock(muteLeft, true) })
                : blocked
                  ? t('chat.closed')
                  : t('chat.placeholder')
            }
            aria-label={t('chat.placeholder')}
            enterKeyHint="send"
            autoComplete="off"
            onChange={({ target }) => change(target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape' && offers.length > 0) setOffers([])
            }}
          />
          <Pop
            label={t('chat.emoji')}
            align="end"
            className={styles['tool']}
            button={<SmileOutlined />}
          >
            {() => (
              <div className={styles['emoji']}>
                {EMOJI.map((one) => (
                  <button
                    key={one}
                    type="button"
                    onClick={() => {
                      setText((before) => (before + one).slice(0, LENGTH))
                      input.current?.focus()
                    }}
                  >
                    {one}
                  </button>
                ))}
              </div>
            )}
          </Pop>
          <button
            type="submit"
            className={`${styles['send']} number`}
            hidden={props.side !== undefined && !text && wait === 0}
            disabled={!text.trim() || wait > 0 || muted || blocked || !room}
          >
            {wait > 0 ? t('chat.wait', { seconds: Math.ceil(wait / 1000) }) : t('chat.send')}
          </button>
        </div>
        {!text && props.side}
      </div>
    </form>
  )
}
