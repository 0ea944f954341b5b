/** The picture of a room, or a quiet pattern of its own where it has none. */
import { useState } from 'react'
import { hash } from '../lib/hash.ts'
import styles from './cover.module.css'

export function Cover({ id, url }: { id: string; url?: string | undefined }) {
  const [broken, setBroken] = useState(false)
  const seed = hash(id)
  if (url && !broken) {
    return (
      <img
        className={styles['cover']}
        src={url}
        alt=""
        loading="lazy"
        onError={() => setBroken(true)}
      />
    )
  }
  return (
    <svg
      className={styles['cover']}
      viewBox="0 0 160 90"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      style={{ '--hue': seed % 360 } as React.CSSProperties}
    >
      <rect width="160" height="90" className={styles['ground']} />
      <circle cx={30 + (seed % 40)} cy={20 + (seed % 30)} r="42" className={styles['one']} />
      <circle cx={110 + (seed % 30)} cy={70 - (seed % 20)} r="30" className={styles['two']} />
      <circle cx={80 + (seed % 17)} cy={46} r="9" className={styles['three']} />
    </svg>
  )
}
