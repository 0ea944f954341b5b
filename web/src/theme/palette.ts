/** The colours of Plaza, one set for each theme; variables.css carries the same values (a test compares them). */

export type Mode = 'dark' | 'light'

export interface Palette {
  readonly base: string
  readonly panel: string
  readonly raised: string
  readonly hairline: string
  readonly text: string
  readonly muted: string
  readonly faint: string
  /** What is live and the one main action. */
  readonly accent: string
  /** The accent as text: at least 4.5:1 on base, panel and raised. */
  readonly 'accent-text': string
  /** Text on an accent fill. */
  readonly 'on-accent': string
  readonly 'accent-hover': string
  readonly 'accent-active': string
  readonly 'accent-soft': string
  readonly violet: string
  readonly gold: string
  readonly success: string
  readonly danger: string
}

export const palettes: Record<Mode, Palette> = {
  dark: {
    base: '#15141A',
    panel: '#1D1C24',
    raised: '#262530',
    hairline: '#FFFFFF14',
    text: '#F3F1F6',
    muted: '#A9A5B4',
    faint: '#8E8A9B',
    accent: '#FF7070',
    'accent-hover': '#FF8A8A',
    'accent-soft': '#FF70701F',
    'accent-active': '#F25C5C',
    'accent-text': '#FF8585',
    'on-accent': '#22080A',
    violet: '#A48CFF',
    gold: '#F5B83D',
    success: '#4CC38A',
    danger: '#FF6B6B',
  },
  light: {
    base: '#FAF9F7',
    panel: '#FFFFFF',
    raised: '#F2F0EC',
    hairline: '#00000014',
    text: '#1F1D26',
    muted: '#625E6B',
    faint: '#6E6A76',
    accent: '#FF5C5C',
    'accent-hover': '#FF7676',
    'accent-soft': '#FF5C5C1A',
    'accent-active': '#F04B4B',
    'accent-text': '#C62F35',
    'on-accent': '#22080A',
    violet: '#6744E8',
    gold: '#8A5A00',
    success: '#1B7A4B',
    danger: '#C62F35',
  },
}
