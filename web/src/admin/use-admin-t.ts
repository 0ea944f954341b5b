/** The texts of the administration in the language of the page. */
import i18next from 'i18next'
import { useTranslation } from 'react-i18next'
import { isReject } from '../../../sdk/index.ts'
import { useT } from '../i18n/index.ts'
import { rejectText } from '../i18n/reject-text.ts'
import { adminEn, type AdminKey } from './texts.ts'
import { adminZh } from './texts-zh.ts'

const space = 'admin'
i18next.addResourceBundle('en', space, adminEn)
i18next.addResourceBundle('zh', space, adminZh)

export type AdminT = (key: AdminKey, values?: Record<string, string | number>) => string

/** `refusal` says why something was refused, in the words of the administration where it has some. */
export function useAdminT(): {
  a: AdminT
  refusal: (error: unknown) => string
  language: 'zh' | 'en'
  locale: string
} {
  const { t: common, language, locale } = useT()
  const { t } = useTranslation(space)
  const a = t as unknown as AdminT
  const refusal = (error: unknown): string => {
    const key = `refused.${isReject(error) ? error.code : ''}`
    return i18next.exists(key, { ns: space }) ? a(key as AdminKey) : rejectText(error, common)
  }
  return { a, refusal, language, locale }
}
