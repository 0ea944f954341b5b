/** A node: how it is, its rooms as squares (size by audience, colour by kind), and its drain. */
import { DisconnectOutlined, LogoutOutlined, RollbackOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { NodeFigures, NodeRow, RoomSquare, SilentNode } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { calmText } from '../lib/calm-text.ts'
import { shortNumber } from '../lib/format.ts'
import { bytes, ms, span } from './figures.ts'
import { ReasonDialog } from './reason-dialog.tsx'
import { useAdminT, type AdminT } from './use-admin-t.ts'
import styles from './cluster.module.css'

/** `alone`: there is no other node that could take its rooms. */
export function NodeCard({ node, alone }: { node: NodeRow; alone: boolean }) {
  return node.silent ? <Silent node={node} /> : <Answering node={node} alone={alone} />
}

function Answering({ node, alone }: { node: NodeFigures; alone: boolean }) {
  const { a, locale, language } = useAdminT()
  const state = node.draining ? 'draining' : node.leaseHeld ? 'leaseHeld' : 'leaseLost'
  const facts: [string, string, boolean][] = [
    [a('sockets'), shortNumber(node.sockets, locale), false],
    [a('rooms'), shortNumber(node.rooms, locale), false],
    [a('relays'), shortNumber(node.relays, locale), false],
    [a('lag'), ms(node.lag.p99, language), node.lag.p99 > 40],
    [a('journal'), ms(node.flushMs, language), node.flushMs > 500],
    [a('load'), `${Math.round(node.load * 100)}%`, node.load > 0.9],
    [a('memory'), bytes(node.rssBytes, locale), false],
    [a('uptime'), span(node.uptimeSeconds, language), false],
  ]
  return (
    <article className={styles['node']} aria-label={node.id} data-node={node.id}>
      <header>
        <strong className="foreign one-line">{calmText(node.id, 40)}</strong>
        <span className={styles['lease']} data-state={state}>
          {a(state)}
          {node.leaseHeld &&
            node.leaseMs !== undefined &&
            ` · ${leftText(node.leaseMs, a, language)}`}
        </span>
      </header>
      <p className={styles['about']}>
        {node.transport} · {node.version}
        {node.address !== undefined && (
          <span className="foreign one-line">{calmText(node.address, 80)}</span>
        )}
      </p>
      <dl>
        {facts.map(([name, value, alarming]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="number" data-alarm={alarming || undefined}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <ul className={styles['squares']} aria-label={a('squares', { node: node.id })}>
        {node.largest.map((square) => (
          <li key={square.key}>
            <Square square={square} />
          </li>
        ))}
      </ul>
      {!alone && <Drain node={node} />}
    </article>
  )
}

function Drain({ node: { id, draining } }: { node: NodeFigures }) {
  const { a } = useAdminT()
  const client = useClient()
  const [asking, setAsking] = useState(false)
  const action = draining ? 'resume' : 'drain'
  return (
    <footer>
      {draining && <p className={styles['about']}>{a('drainingHint')}</p>}
      <Button
        icon={draining ? <RollbackOutlined /> : <LogoutOutlined />}
        onClick={() => setAsking(true)}
        aria-label={`${a(`node.${action}`)}: ${id}`}
      >
        {a(`node.${action}`)}
      </Button>
      {asking && (
        <ReasonDialog
          title={`${a(`node.${action}`)}: ${id}`}
          hint={a(`nodeHint.${action}`)}
          harsh={!draining}
          run={({ reason }) => client.admin.manage(id, action, { reason })}
          onClose={() => setAsking(false)}
        />
      )}
    </footer>
  )
}

function Silent({ node: { id, leaseMs } }: { node: SilentNode }) {
  const { a, language } = useAdminT()
  const over = leaseMs !== undefined && leaseMs <= 0
  return (
    <article className={styles['node']} aria-label={id} data-node={id} data-silent>
      <header>
        <strong className="foreign one-line">{calmText(id, 40)}</strong>
        <span className={styles['lease']} data-state="leaseLost">
          {a('silent')}
        </span>
      </header>
      <p className={styles['gone']}>
        <DisconnectOutlined aria-hidden />
        {a(leaseMs === undefined ? 'silentHint' : over ? 'silentOver' : 'silentHeld', {
          time: span(Math.abs(leaseMs ?? 0) / 1_000, language),
        })}
      </p>
    </article>
  )
}

/** What is left of a lease, in seconds. */
function leftText(leaseMs: number, a: AdminT, language: string): string {
  return a('left', { time: span(Math.max(0, leaseMs / 1_000), language) })
}

/** Area grows with the logarithm of the audience: a room of a million and one of ten fit beside each other. */
function Square({ square: { key, kind, leader, audience } }: { square: RoomSquare }) {
  const { a, locale } = useAdminT()
  const side = Math.round(10 + Math.log10(1 + audience) * 5)
  const label = a('square', { key, audience: shortNumber(audience, locale) })
  return (
    <Link
      to={`/admin/rooms/${encodeURIComponent(key)}`}
      className={styles['square']!}
      title={label}
      aria-label={label}
    >
      <i
        style={{ inlineSize: side, blockSize: side }}
        data-kind={kind}
        data-leader={leader || undefined}
      />
    </Link>
  )
}
