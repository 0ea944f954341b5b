/** Plaza's palette as antd design tokens, for both themes. */
import { theme, type ThemeConfig } from 'antd'
import { palettes, type Mode } from './palette.ts'

/** The antd theme of a mode; made once each. */
export function antdTheme(mode: Mode): ThemeConfig {
  return themes[mode]
}

function build(mode: Mode): ThemeConfig {
  const c = palettes[mode]
  return {
    algorithm: (seed, map) => ({
      ...(mode === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm)(seed, map),
      // The algorithms mix the brand colours with the ground; these stay as they are.
      colorPrimary: c.accent,
      colorPrimaryHover: c['accent-hover'],
      colorPrimaryActive: c['accent-active'],
      colorPrimaryText: c['accent-text'],
      colorPrimaryBg: c['accent-soft'],
      colorPrimaryBgHover: c['accent-soft'],
      colorPrimaryBorder: c.accent,
      colorPrimaryBorderHover: c['accent-hover'],
      colorError: c.danger,
      colorErrorText: c.danger,
      colorSuccess: c.success,
    }),
    hashed: false,
    token: {
      colorPrimary: c.accent,
      colorInfo: c.violet,
      colorLink: c['accent-text'],
      colorLinkHover: c.accent,
      colorSuccess: c.success,
      colorWarning: c.gold,
      colorError: c.danger,
      colorTextBase: c.text,
      colorBgBase: c.base,
      colorBgLayout: c.base,
      colorBgContainer: c.panel,
      colorBgElevated: mode === 'dark' ? c.raised : c.panel,
      colorBorder: mode === 'dark' ? '#FFFFFF24' : '#00000021',
      colorBorderSecondary: c.hairline,
      colorSplit: c.hairline,
      colorText: c.text,
      colorTextSecondary: c.muted,
      colorTextTertiary: c.faint,
      colorTextDescription: c.muted,
      colorTextPlaceholder: c.faint,
      colorTextLightSolid: c['on-accent'],
      borderRadius: 8,
      borderRadiusLG: 12,
      fontSize: 14,
      fontSizeSM: 12,
      lineHeight: 22 / 14,
      controlHeight: 36,
      controlHeightLG: 44,
      motionDurationMid: '0.14s',
      motionDurationSlow: '0.2s',
      wireframe: false,
      fontFamily: 'var(--font)',
    },
    components: {
      Button: {
        fontWeight: 600,
        primaryShadow: 'none',
        defaultShadow: 'none',
        dangerShadow: 'none',
        defaultBg: 'transparent',
      },
      Tooltip: { colorBgSpotlight: '#0C0B10', colorTextLightSolid: '#FFFFFF' },
      Modal: { titleFontSize: 20 },
      Segmented: { itemSelectedBg: mode === 'dark' ? '#3A3846' : '#FFFFFF' },
    },
  }
}

const themes: Record<Mode, ThemeConfig> = { dark: build('dark'), light: build('light') }
