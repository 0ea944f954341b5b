/** What to tell somebody about a refused call. */
import { isReject } from '../../../sdk/index.ts'
import i18next from 'i18next'
import type { T } from './index.ts'
import { clock } from '../lib/format.ts'

/** A sentence for the person; falls back to the server's own words, which name the fix. */
export function rejectText(error: unknown, t: T): string {
  if (!isReject(error)) return t('error.unexpected')
  const { code, data } = error
  const key = `error.${code}` as Parameters<T>[0]
  if (!i18next.exists(key)) return error.message || t('error.unexpected')
  const left = typeof data?.until === 'number' ? clock(data.until - Date.now(), true) : ''
  const seconds = Math.ceil((data?.retryInMs ?? 0) / 1000)
  const remaining = Number(data?.remaining ?? 0)
  return t(key, { left, seconds, remaining })
}
