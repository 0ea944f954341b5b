/** One gift, whatever becomes of its answer. */
import { isReject, type GiftAnswer, type LiveRoom } from '../../../sdk/index.ts'

/** Refusals of this device: they tell nothing of a gift that left it before. */
const OWN = new Set(['offline', 'closed', 'queue_full'])

/** A lost answer is asked for once more under the same key. Rejects with `outcome_unknown` where it may be paid. */
export async function sendOnce(
  room: Pick<LiveRoom, 'newId' | 'gifts'>,
  gift: string,
  count: number,
): Promise<GiftAnswer> {
  const key = room.newId()
  const send = () => room.gifts.send({ gift, count, key })
  return send().catch((lost: unknown) => {
    if (!isReject(lost, 'outcome_unknown')) throw lost
    return send().catch((error: unknown) => {
      throw isReject(error) && OWN.has(error.code) ? lost : error
    })
  })
}
