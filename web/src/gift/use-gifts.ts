/** The catalogue, the balance, and sending: never optimistic, never twice. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { isReject, type GiftSku, type LiveRoom, type Wallet } from '../../../sdk/index.ts'
import { useClient, useUser } from '../../../sdk/react/index.ts'
import { useSession } from '../account/session.tsx'
import { toast } from '../frame/toast.tsx'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { sendOnce } from './send-once.ts'

const NONE: readonly GiftSku[] = []
/** Within this the next same gift counts on; the room decides, this only drives the ring. */
export const COMBO_MS = 4000

export function useCatalogue(): readonly GiftSku[] {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['gifts'],
    queryFn: ({ signal }) => client.gifts({ signal }),
    staleTime: 600_000,
  })
  return data ?? NONE
}

export function useWallet() {
  const client = useClient()
  const user = useUser()
  return useQuery({
    queryKey: ['wallet'],
    queryFn: ({ signal }) => client.wallet.get({ signal }),
    enabled: user !== undefined,
  })
}

export interface GiftSender {
  /** True while a gift is on its way. */
  readonly busy: boolean
  /** Coins that are lacking for the last gift; opens the top-up. */
  readonly lacking: number | undefined
  /** The last accepted gift, while its combo lasts. */
  readonly last:
    | { readonly gift: string; readonly count: number; readonly total: number; readonly at: number }
    | undefined
  send(gift: GiftSku, count: number): Promise<boolean>
  settleLacking(): void
}

/** One gift at a time; a lost answer is asked for again under the same key. */
export function useGiftSender(room: LiveRoom | undefined): GiftSender {
  const { t } = useT()
  const session = useSession()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [lacking, setLacking] = useState<number>()
  const [last, setLast] = useState<GiftSender['last']>()
  const flying = useRef(false)

  const send = useCallback(
    async (gift: GiftSku, count: number) => {
      if (!room || flying.current || !session.require()) return false
      flying.current = true
      setBusy(true)
      try {
        const receipt = await sendOnce(room, gift.id, count)
        queries.setQueryData<Wallet>(
          ['wallet'],
          (before) =>
            before && {
              ...before,
              balance: receipt.balance,
              spentToday: before.spentToday + receipt.amount,
            },
        )
        setLast({ gift: gift.id, count, total: receipt.combo.total, at: Date.now() })
        return true
      } catch (error) {
        if (isReject(error, 'insufficient_balance'))
          setLacking(Math.max(1, error.data.need - error.data.have))
        else toast({ text: rejectText(error, t), tone: 'bad' })
        return false
      } finally {
        flying.current = false
        setBusy(false)
      }
    },
    [room, session, queries, t],
  )
  return { busy, lacking, last, send, settleLacking: () => setLacking(undefined) }
}
