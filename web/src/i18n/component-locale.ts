/** What the component library says itself (labels of its buttons, empty lists), in the page's language. */
import type { Locale } from 'antd/es/locale'
import { useEffect, useState } from 'react'
import { useT, type Language } from './index.ts'

const loaded = new Map<Language, Locale>()
const NONE: Locale = { locale: 'none' }

/** Loaded after the first picture, for only what opens later speaks with it. */
export function useComponentLocale(): Locale {
  const { language } = useT()
  const [, setLoaded] = useState<Language>()
  useEffect(() => {
    if (loaded.has(language)) return
    let gone = false
    void load(language).then((locale) => {
      loaded.set(language, locale)
      if (!gone) setLoaded(language)
    })
    return () => {
      gone = true
    }
  }, [language])
  return loaded.get(language) ?? NONE
}

async function load(language: Language): Promise<Locale> {
  return language === 'zh'
    ? (await import('antd/es/locale/zh_CN')).default
    : (await import('antd/es/locale/en_US')).default
}
