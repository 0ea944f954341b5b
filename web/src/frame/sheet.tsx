/** A sheet from the lower edge of a phone; a native dialog, so focus and Escape are the browser's. */
import { useEffect, useRef, type ReactNode } from 'react'
import styles from './sheet.module.css'

export function Sheet({
  label,
  onClose,
  children,
}: {
  label: string
  onClose: () => void
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current!
    element.showModal()
    return () => element.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className={styles['sheet']}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
    >
      <div className={styles['inner']}>
        <button type="button" className={styles['grip']} aria-label={label} onClick={onClose} />
        {children}
      </div>
    </dialog>
  )
}
