/** A panel with an optional heading. */
import type { ReactNode } from 'react'
import styles from './card.module.css'

export function Card(props: {
  title?: string
  side?: ReactNode
  className?: string | undefined
  children: ReactNode
}) {
  return (
    <section className={`${styles['card']} ${props.className ?? ''}`} aria-label={props.title}>
      {(props.title || props.side) && (
        <header>
          {props.title && <h2>{props.title}</h2>}
          {props.side}
        </header>
      )}
      {props.children}
    </section>
  )
}
