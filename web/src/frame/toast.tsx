/** Short notices at the top of the page, each with at most one action. */
import { useSyncExternalStore } from 'react'
import styles from './toast.module.css'

export interface Toast {
  readonly text: string
  readonly tone?: 'plain' | 'good' | 'bad'
  readonly action?: { readonly label: string; run(): void }
}
interface Shown extends Toast {
  readonly id: number
}

const STAY_MS = 4200
const MOST = 3
let shown: readonly Shown[] = []
let nextId = 1
const listeners = new Set<() => void>()

/** Shows a notice; the same text twice in a row shows once. */
export function toast(notice: Toast): void {
  const id = nextId++
  set([...shown.filter((other) => other.text !== notice.text), { ...notice, id }].slice(-MOST))
  setTimeout(() => drop(id), notice.action ? STAY_MS * 1.6 : STAY_MS)
}

export function Toasts() {
  const list = useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => shown,
  )
  return (
    <div className={styles['stack']} role="status" aria-live="polite">
      {list.map(({ id, text, tone = 'plain', action }) => (
        <div key={id} className={`${styles['toast']} ${styles[tone]}`}>
          <span className="foreign">{text}</span>
          {action && (
            <button
              type="button"
              onClick={() => {
                drop(id)
                action.run()
              }}
            >
              {action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  )
}

function drop(id: number): void {
  set(shown.filter((other) => other.id !== id))
}

function set(next: readonly Shown[]): void {
  shown = next
  for (const changed of listeners) changed()
}
