/** A person's picture, or the first letter of the name on a colour that is theirs. */
import { hash } from '../lib/hash.ts'
import { calmText } from '../lib/calm-text.ts'
import styles from './avatar.module.css'

const HUES = [8, 28, 152, 176, 204, 250, 276, 322]

export function Avatar(props: {
  id: string
  name: string
  url?: string | undefined
  size?: number
  live?: boolean
}) {
  const { id, name, url, size = 36, live } = props
  const hue = HUES[hash(id) % HUES.length]
  return (
    <span
      className={live ? `${styles['avatar']} ${styles['live']}` : styles['avatar']}
      style={{ '--size': `${size}px`, '--hue': hue } as React.CSSProperties}
      aria-hidden="true"
    >
      {url ? <img src={url} alt="" width={size} height={size} loading="lazy" /> : initial(name)}
    </span>
  )
}

function initial(name: string): string {
  const [first] = new Intl.Segmenter().segment(calmText(name).trim() || '·')
  return (first?.segment ?? '·').toUpperCase()
}
