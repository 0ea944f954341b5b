/** Languages of the app: loaded one at a time, chosen by the person or else by the browser. */
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { remembered } from '../lib/remembered.ts'
import type { Key } from './en.ts'

export type Language = 'zh' | 'en'
export const languages: readonly { id: Language; name: string }[] = [
  { id: 'zh', name: '简体中文' },
  { id: 'en', name: 'English' },
]

const stored = remembered<Language | undefined>('language', undefined, (value) =>
  value === 'zh' || value === 'en' ? value : undefined,
)

/** Text of a key with its values filled in. */
export type T = (key: Key, values?: Record<string, string | number>) => string

/** Starts i18next with the language of this device. */
export async function startLanguage(): Promise<void> {
  const first = stored.read() ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en')
  await i18next.use(initReactI18next).init({
    lng: first,
    resources: { [first]: { translation: await load(first) } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  mark(first)
}

/** Changes the language of the whole page and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  i18next.addResourceBundle(language, 'translation', await load(language))
  await i18next.changeLanguage(language)
  stored.write(language)
  mark(language)
}

/** Translation for components; `language` also serves Intl. */
export function useT(): { t: T; language: Language; locale: string } {
  const { t, i18n } = useTranslation()
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en'
  return { t: t as unknown as T, language, locale: language === 'zh' ? 'zh-CN' : 'en' }
}

async function load(language: Language): Promise<Record<string, string>> {
  return language === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en
}

function mark(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
}
