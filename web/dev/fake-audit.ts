/** The audit log of the simulated cluster. */

import type { AuditEvent } from '../../sdk/index.ts'

const started = Date.now()

/** About some of these rooms, newest first. */
export function makeLog(rooms: readonly string[]): AuditEvent[] {
  return Array.from({ length: 24 }, (_, n) =>
    n % 3
      ? logged(24 - n, 'room.read', rooms[n]!)
      : logged(
          24 - n,
          'room.mute',
          rooms[n]!,
          n === 3 ? '<img src=x onerror=alert(1)>' : '刷广告',
          {
            seconds: 600,
          },
        ),
  )
}

export function logged(
  id: number,
  action: string,
  target: string,
  reason?: string,
  detail?: unknown,
): AuditEvent {
  const at = new Date(started - (24 - id) * 47_000).toISOString()
  const hash = (id * 0x9e3779b1).toString(16).padStart(64, '0')
  const who = { actor: 'u_admin0000000', actorName: '小林' }
  return {
    id,
    at,
    ...who,
    action,
    target,
    hash,
    ...(reason && { reason }),
    ...(detail ? { detail } : {}),
  }
}
