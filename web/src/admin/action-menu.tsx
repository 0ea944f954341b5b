/** What can be done to a room: a menu, and a dialog that asks for the reason. */
import { Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { RoomAction, RoomActionInputs, RoomDetail } from '../../../sdk/index.ts'
import { useClient } from '../../../sdk/react/index.ts'
import { Pop } from '../frame/pop.tsx'
import { shortNumber } from '../lib/format.ts'
import { ReasonDialog } from './reason-dialog.tsx'
import { useAdminT } from './use-admin-t.ts'
import styles from './action-menu.module.css'

const takesUser: readonly RoomAction[] = ['mute', 'unmute', 'kick']
const harsh: readonly RoomAction[] = ['close', 'suspend']
/** Seconds at first and at most. */
const seconds: Partial<Record<RoomAction, { first: number; least: number; most: number }>> = {
  mute: { first: 600, least: 1, most: 2_592_000 },
  kick: { first: 600, least: 0, most: 86_400 },
  slow: { first: 10, least: 0, most: 120 },
}

export function ActionMenu(props: { room: string; actions: readonly RoomAction[] }) {
  const { room, actions } = props
  const { a } = useAdminT()
  const [chosen, setChosen] = useState<RoomAction>()
  return (
    <>
      <Pop below label={a('actions')} className={styles['open']} button={a('actions')}>
        {(close) => (
          <div className={styles['menu']}>
            {actions.map((action) => (
              <button
                key={action}
                type="button"
                data-harsh={harsh.includes(action) || undefined}
                onClick={() => {
                  close()
                  setChosen(action)
                }}
              >
                {a(`action.${action}`)}
              </button>
            ))}
          </div>
        )}
      </Pop>
      {chosen && (
        <ActionDialog
          room={room}
          action={chosen}
          user={undefined}
          onClose={() => setChosen(undefined)}
        />
      )}
    </>
  )
}

interface Filled {
  readonly user?: string
  readonly seconds?: number
  readonly node?: string
  readonly reason: string
}

export function ActionDialog(props: {
  room: string
  action: RoomAction
  /** The user it is about, where that is known. */
  user: string | undefined
  onClose: () => void
}) {
  const { room, action, user, onClose } = props
  const { a } = useAdminT()
  const client = useClient()
  const limits = seconds[action]
  return (
    <ReasonDialog<Filled>
      title={a(`action.${action}`)}
      hint={a(`hint.${action}`)}
      harsh={harsh.includes(action)}
      initial={{ user: user ?? '', ...(limits && { seconds: limits.first }) }}
      // The form asks for exactly what the action takes; the server checks it.
      run={(filled) =>
        client.admin.act(
          room,
          action as 'mute',
          filled as RoomActionInputs['mute'] & { reason: string },
        )
      }
      onClose={onClose}
    >
      {takesUser.includes(action) && (
        <Form.Item
          name="user"
          label={a('user')}
          rules={[{ pattern: /^u_[0-9a-z]{12}$/, required: true, message: a('userHint') }]}
        >
          <Input maxLength={14} autoComplete="off" spellCheck={false} />
        </Form.Item>
      )}
      {limits && (
        <Form.Item name="seconds" label={a('seconds')} rules={[{ required: true }]}>
          <InputNumber min={limits.least} max={limits.most} precision={0} />
        </Form.Item>
      )}
      {action === 'handover' && <NodeItem room={room} />}
    </ReasonDialog>
  )
}

/** The nodes that may take the room. */
function NodeItem({ room }: { room: string }) {
  const { a, locale } = useAdminT()
  const client = useClient()
  const nodes = useQuery({
    queryKey: ['admin', 'nodes'],
    queryFn: ({ signal }) => client.admin.nodes({ signal }),
  })
  const leader = useQueryClient().getQueryData<RoomDetail>(['admin', 'room', room])?.node
  const takers = (nodes.data ?? []).flatMap((node) =>
    node.silent || node.draining || !node.leaseHeld || node.id === leader ? [] : [node],
  )
  return (
    <Form.Item
      name="node"
      label={a('toNode')}
      rules={[{ required: true, message: a('toNodeHint') }]}
    >
      <Select
        loading={nodes.isPending}
        notFoundContent={a('noTaker')}
        options={takers.map(({ id, sockets }) => ({
          value: id,
          label: `${id} · ${a('socketsOf', { count: shortNumber(sockets, locale) })}`,
        }))}
      />
    </Form.Item>
  )
}
