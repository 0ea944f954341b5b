/** What a gift is called, from the event itself or from the catalogue. */
import { useCallback } from 'react'
import type { GiftSent } from '../../../sdk/index.ts'
import { useT } from '../i18n/index.ts'
import { useCatalogue } from './use-gifts.ts'

export function useGiftName(): (gift: GiftSent) => string {
  const { language } = useT()
  const gifts = useCatalogue()
  return useCallback(
    (gift) => gifts.find(({ id }) => id === gift.gift)?.name[language] ?? gift.gift,
    [gifts, language],
  )
}
