/** A room's state as a tree that opens and closes; what strangers wrote is only ever text. */
import { useState } from 'react'
import type { StateNode } from '../../../sdk/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { useAdminT } from './use-admin-t.ts'
import styles from './state-tree.module.css'

type Collection = Extract<StateNode, { items: unknown }>

const brackets = { object: ['{', '}'], map: ['Map(', ')'], array: ['[', ']'], set: ['Set(', ')'] }
/** Levels that are open at first. */
const OPEN = 2

export function StateTree({ state }: { state: Readonly<Record<string, StateNode>> }) {
  const { a } = useAdminT()
  return (
    <ul className={styles['tree']} aria-label={a('state')} data-testid="state">
      {Object.entries(state).map(([name, node]) => (
        <Member key={name} name={name} node={node} depth={1} />
      ))}
    </ul>
  )
}

function Member({ name, node, depth }: { name: string; node: StateNode; depth: number }) {
  const { a } = useAdminT()
  const [open, setOpen] = useState(depth < OPEN)
  if (!isCollection(node) || node.size === 0)
    return (
      <li className={styles['leaf']}>
        <span className={styles['key']}>{calmText(name, 80)}</span>
        <Value node={node} />
      </li>
    )
  const [start, end] = brackets[node.kind]
  const hidden = node.size - node.items.length
  return (
    <li>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={styles['key']}>{calmText(name, 80)}</span>
        <span className={styles['size']}>
          {start}
          {node.size}
          {end}
        </span>
      </button>
      {open && (
        <ul>
          {node.items.map(([key, member]) => (
            <Member key={key} name={key} node={member} depth={depth + 1} />
          ))}
          {hidden > 0 && <li className={styles['more']}>{a('more', { count: hidden })}</li>}
        </ul>
      )}
    </li>
  )
}

function Value({ node }: { node: StateNode }) {
  if (typeof node === 'string') return <Text text={node} />
  if (typeof node !== 'object' || node === null)
    return <code data-type={node === null ? 'null' : typeof node}>{String(node)}</code>
  if (node.kind === 'text') return <Text text={node.text} rest={node.size - node.text.length} />
  if (node.kind === 'bytes')
    return (
      <code data-type="bytes">
        {node.text} ({node.size})
      </code>
    )
  if (node.kind === 'other') return <code data-type="null">{node.text}</code>
  return <code data-type="null">{brackets[node.kind].join('')}</code>
}

function Text({ text, rest = 0 }: { text: string; rest?: number }) {
  return (
    <code data-type="string" className="foreign">
      &quot;{calmText(text, 500)}
      {rest > 0 ? `… +${rest}` : ''}&quot;
    </code>
  )
}

function isCollection(node: StateNode): node is Collection {
  return typeof node === 'object' && node !== null && 'items' in node
}

/** One line of a node, for lists of events. */
export function briefOf(node: StateNode, left = 160): string {
  if (typeof node === 'string') return calmText(node, left)
  if (typeof node !== 'object' || node === null) return String(node)
  if (!isCollection(node)) return calmText(node.text, left)
  let text = ''
  for (const [key, member] of node.items) {
    if (text.length > left) return `${text}…`
    const label = node.kind === 'object' || node.kind === 'map' ? `${calmText(key, 40)}: ` : ''
    const value = isCollection(member) ? `(${briefOf(member, left / 2)})` : briefOf(member, left)
    text += `${text && ', '}${label}${value}`
  }
  return text
}
