/** Room batches for tests of journals. */

import type {
  Decided,
  Judge,
  RoomBatch,
  RoomEvent,
  SettleRequest,
  Verdict,
} from '../../engine/kernel/journal.ts'

/** Something that happened, for tests. */
export function event(type: string, data: unknown = {}): RoomEvent {
  return { type, data, at: 1_000 }
}

export interface TestBatch extends RoomBatch {
  /** How often `decide` was called. */
  decisions: number
  readonly verdicts: Verdict[]
}

export interface TestBatchOptions {
  readonly events?: readonly RoomEvent[]
  /** Withdrawals from the purse; their ids are their commands'. */
  readonly pay?: readonly { id: string; amount: number; refuse?: boolean }[]
  readonly decided?: Partial<Decided>
  readonly onDecide?: () => void
}

/** Every payment that is settled and not refused is a command answered with `{ paid }`. */
export function batch(
  room: string,
  epoch: number,
  firstSeq: number,
  { events = [event('happened')], pay = [], decided, onDecide }: TestBatchOptions = {},
): TestBatch {
  const settle: SettleRequest[] = pay.map(({ id, amount }) => ({
    by: 'purse',
    id,
    room,
    asker: 'u_1',
    now: 1_000,
    request: { amount },
  }))
  const self: TestBatch = {
    room,
    epoch,
    firstSeq,
    settle,
    decisions: 0,
    verdicts: [],
    decide(judge: Judge): Decided {
      onDecide?.()
      self.decisions += 1
      const commands = []
      for (const [index, { id, amount, refuse }] of pay.entries()) {
        const verdict = judge.judge(index)
        self.verdicts.push(verdict)
        if (verdict.kind !== 'settled') continue
        if (refuse) judge.release(index)
        else commands.push({ id, asker: 'u_1', answer: { paid: amount } })
      }
      return { commands, events, timers: [], wakeAt: undefined, outbox: [], ...decided }
    },
  }
  return self
}
