/** A panel that opens at a button; closes by Escape, a press elsewhere, or when focus leaves. */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import styles from './pop.module.css'

export function Pop(props: {
  label: string
  className?: string | undefined
  button: ReactNode
  /** Where the panel's edge lines up with the button. */
  align?: 'start' | 'center' | 'end'
  /** Opens downwards. */
  below?: boolean
  pressed?: boolean
  onOpen?: (open: boolean) => void
  children: (close: () => void) => ReactNode
}) {
  const { label, className, button, align = 'end', onOpen, children } = props
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  const set = (next: boolean) => {
    setOpen(next)
    onOpen?.(next)
  }
  useEffect(() => {
    if (!open) return
    const away = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) set(false)
    }
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      set(false)
      root.current?.querySelector('button')?.focus()
    }
    document.addEventListener('pointerdown', away)
    root.current?.addEventListener('keydown', key)
    const held = root.current
    return () => {
      document.removeEventListener('pointerdown', away)
      held?.removeEventListener('keydown', key)
    }
  })
  return (
    <div className={styles['root']} ref={root}>
      <button
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => set(!open)}
      >
        {button}
      </button>
      {open && (
        <div
          id={id}
          className={`${styles['panel']} ${styles[align]}`}
          data-below={props.below}
          role="group"
          aria-label={label}
        >
          {children(() => set(false))}
        </div>
      )}
    </div>
  )
}
