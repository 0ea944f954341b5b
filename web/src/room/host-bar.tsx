/** Who streams and what: avatar, title, category, viewers, likes, share. */
import { EyeOutlined, ShareAltOutlined, VideoCameraOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useNavigate } from 'react-router'
import type { LiveRoom } from '../../../sdk/index.ts'
import { useUser } from '../../../sdk/react/index.ts'
import { Avatar } from '../frame/avatar.tsx'
import { Bone } from '../frame/states.tsx'
import { toast } from '../frame/toast.tsx'
import { useCategories } from '../home/use-categories.ts'
import { useT, type T } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { fullNumber, shortNumber } from '../lib/format.ts'
import { usePhone } from '../lib/use-media.ts'
import { LikeButton } from './like-button.tsx'
import styles from './host-bar.module.css'

export function HostBar(props: {
  id: string
  room: LiveRoom | undefined
  title: string
  host:
    { readonly id: string; readonly name: string; readonly avatar?: string | undefined } | undefined
  category: string | undefined
  live: boolean
  viewers: number
}) {
  const { room, title, host, viewers } = props
  const { t, language, locale } = useT()
  const phone = usePhone()
  const navigate = useNavigate()
  const me = useUser()?.id
  const category = useCategories().find(({ id }) => id === props.category)
  return (
    <header className={styles['bar']}>
      {host ? (
        <Avatar
          id={host.id}
          name={host.name}
          url={host.avatar}
          size={phone ? 40 : 48}
          live={props.live}
        />
      ) : (
        <Bone width={48} height={48} round />
      )}
      <div className={styles['words']}>
        <h1 className={`${styles['title']} foreign`}>
          {title || <Bone width={220} height={18} />}
        </h1>
        <div className={styles['meta']}>
          <span className={`${styles['host']} foreign one-line`}>
            {host ? calmText(host.name, 40) : ''}
          </span>
          {category && <span className={styles['chip']}>{category[language]}</span>}
        </div>
      </div>
      <span
        className={`${styles['viewers']} number`}
        title={t('live.viewers', { count: fullNumber(viewers, locale) })}
        data-testid="viewers"
      >
        <EyeOutlined aria-hidden />
        <span className="hidden-visually">{t('live.watching')}</span>
        {shortNumber(viewers, locale)}
      </span>
      {!phone && <LikeButton room={room} />}
      {!phone && host && me === host.id && (
        <Button icon={<VideoCameraOutlined />} onClick={() => navigate('/studio')}>
          {t('nav.studio')}
        </Button>
      )}
      <button
        type="button"
        className={styles['share']}
        aria-label={t('room.share')}
        title={t('room.share')}
        onClick={() => void share(title, t)}
      >
        <ShareAltOutlined />
      </button>
    </header>
  )
}

async function share(title: string, t: T): Promise<void> {
  const url = `${location.origin}${location.pathname}`
  try {
    if (navigator.share && matchMedia('(pointer: coarse)').matches)
      return await navigator.share({ title, url })
    await navigator.clipboard.writeText(url)
    toast({ text: t('room.linkCopied'), tone: 'good' })
  } catch (error) {
    if ((error as Error).name !== 'AbortError') toast({ text: url })
  }
}
