/** One press to the other language. */
import { GlobalOutlined } from '@ant-design/icons'
import { chooseLanguage, languages, useT } from '../i18n/index.ts'
import styles from './language-switch.module.css'

export function LanguageSwitch() {
  const { language } = useT()
  const other = languages.find(({ id }) => id !== language)!
  return (
    <button
      type="button"
      className={styles['switch']}
      lang={other.id}
      onClick={() => void chooseLanguage(other.id)}
    >
      <GlobalOutlined aria-hidden />
      {other.id === 'zh' ? '中文' : 'English'}
    </button>
  )
}
