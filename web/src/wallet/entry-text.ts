/** A line of the ledger in words. */
import type { WalletEntry } from '../../../sdk/index.ts'
import type { Language, T } from '../i18n/index.ts'
import { calmText } from '../lib/calm-text.ts'

/** What happened, and what else is known of it. Unknown kinds keep their name. */
export function entryText(
  { kind, memo }: WalletEntry,
  t: T,
  language: Language,
): { title: string; detail: string | undefined } {
  const gift = memo.giftName?.[language] ?? memo.gift ?? t('gift.label')
  const count = memo.count ?? 1
  const name = memo.user && calmText(memo.user.displayName, 40)
  switch (kind) {
    case 'topup':
      return {
        title: t('entry.topup'),
        detail: memo.provider === 'sandbox' ? t('entry.sandbox') : memo.provider,
      }
    case 'gift':
      return { title: t('entry.gift', { gift, count }), detail: name && t('entry.to', { name }) }
    case 'earning':
      return {
        title: t('entry.earning', { gift, count }),
        detail: name && t('entry.from', { name }),
      }
    default:
      return { title: kind, detail: undefined }
  }
}
