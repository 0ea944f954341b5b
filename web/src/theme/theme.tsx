/** Which theme a part of the page has: the person's choice, the system's, or dark inside rooms. */
import { ConfigProvider } from 'antd'
import {
  createContext,
  useContext,
  useLayoutEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react'
import { useComponentLocale } from '../i18n/component-locale.ts'
import { remembered } from '../lib/remembered.ts'
import { useMedia } from '../lib/use-media.ts'
import { antdTheme } from './antd-theme.ts'
import type { Mode } from './palette.ts'

export type Choice = 'system' | Mode

interface ThemeChoice {
  readonly choice: Choice
  readonly mode: Mode
  choose(choice: Choice): void
}

const stored = remembered<Choice>('theme', 'system', (value) =>
  value === 'dark' || value === 'light' ? value : 'system',
)
/** Two Chinese characters stay together. */
const BUTTON = { autoInsertSpace: false }
const Chosen = createContext<ThemeChoice>({ choice: 'system', mode: 'dark', choose: () => {} })

/** Holds the choice of theme and sets it on the whole document. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const locale = useComponentLocale()
  const [choice, setChoice] = useState(() => stored.read())
  const systemDark = useMedia('(prefers-color-scheme: dark)')
  const mode: Mode = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = mode
  }, [mode])
  const value = useMemo(
    () => ({
      choice,
      mode,
      choose: (next: Choice) => {
        stored.write(next)
        setChoice(next)
      },
    }),
    [choice, mode],
  )
  return (
    <Chosen value={value}>
      <ConfigProvider theme={antdTheme(mode)} button={BUTTON} locale={locale}>
        {children}
      </ConfigProvider>
    </Chosen>
  )
}

/** The theme of the document and the way to choose another. */
export function useThemeChoice(): ThemeChoice {
  return useContext(Chosen)
}

/**
 * The mode of a live room: dark unless the person chose light outright.
 * While mounted the whole document wears it, so that dialogs match.
 */
export function RoomTheme({ children }: { children: ReactNode }) {
  const locale = useComponentLocale()
  const { choice, mode } = useThemeChoice()
  const room: Mode = choice === 'light' ? 'light' : 'dark'
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = room
    return () => {
      document.documentElement.dataset['theme'] = mode
    }
  }, [room, mode])
  return (
    <ConfigProvider theme={antdTheme(room)} button={BUTTON} locale={locale}>
      {children}
    </ConfigProvider>
  )
}
