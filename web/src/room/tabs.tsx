/** Two or three tabs by the book: arrow keys move, the chosen one is in the tab order. */
import styles from './tabs.module.css'

export function Tabs<Id extends string>(props: {
  label: string
  value: Id
  onChange: (id: Id) => void
  tabs: readonly { id: Id; label: string }[]
}) {
  const { label, value, onChange, tabs } = props
  const step = (by: number) => {
    const at = tabs.findIndex(({ id }) => id === value)
    const next = tabs[(at + by + tabs.length) % tabs.length]!
    onChange(next.id)
    document.getElementById(`tab-${next.id}`)?.focus()
  }
  return (
    <div
      className={styles['tabs']}
      role="tablist"
      aria-label={label}
      onKeyDown={({ key }) => {
        if (key === 'ArrowRight') step(1)
        if (key === 'ArrowLeft') step(-1)
      }}
    >
      {tabs.map(({ id, label: text }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={id === value}
          aria-controls={id === value ? `panel-${id}` : undefined}
          tabIndex={id === value ? 0 : -1}
          onClick={() => onChange(id)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}
