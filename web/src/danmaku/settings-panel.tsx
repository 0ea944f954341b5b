/** The danmaku settings: what people ask for most in such players. */
import { Segmented, Slider, Switch } from 'antd'
import { useT } from '../i18n/index.ts'
import type { DanmakuSettings } from './settings.ts'
import styles from './settings-panel.module.css'

export function SettingsPanel(props: {
  settings: DanmakuSettings
  onChange: (settings: DanmakuSettings) => void
}) {
  const { settings, onChange } = props
  const { t } = useT()
  const set = (patch: Partial<DanmakuSettings>) => onChange({ ...settings, ...patch })
  return (
    <div className={styles['panel']}>
      <Row label={t('danmaku.opacity')} value={`${Math.round(settings.opacity * 100)}%`}>
        <Slider
          min={0.2}
          max={1}
          step={0.05}
          value={settings.opacity}
          tooltip={{ open: false }}
          ariaLabelForHandle={t('danmaku.opacity')}
          onChange={(opacity) => set({ opacity })}
        />
      </Row>
      <Row label={t('danmaku.size')} value={`${Math.round(settings.size * 100)}%`}>
        <Slider
          min={0.75}
          max={1.5}
          step={0.25}
          value={settings.size}
          tooltip={{ open: false }}
          ariaLabelForHandle={t('danmaku.size')}
          onChange={(size) => set({ size })}
        />
      </Row>
      <Row label={t('danmaku.speed')} value={`${settings.speed}×`}>
        <Slider
          min={0.5}
          max={2}
          step={0.25}
          value={settings.speed}
          tooltip={{ open: false }}
          ariaLabelForHandle={t('danmaku.speed')}
          onChange={(speed) => set({ speed })}
        />
      </Row>
      <Choice label={t('danmaku.area')}>
        <Segmented
          block
          size="small"
          value={settings.area}
          options={[
            { value: 0.25, label: '1/4' },
            { value: 0.5, label: '1/2' },
            { value: 1, label: t('danmaku.full') },
          ]}
          onChange={(area) => set({ area })}
        />
      </Choice>
      <Choice label={t('danmaku.density')}>
        <Segmented
          block
          size="small"
          value={settings.density}
          options={[
            { value: 1 as const, label: t('danmaku.few') },
            { value: 2 as const, label: t('danmaku.normal') },
            { value: 3 as const, label: t('danmaku.many') },
          ]}
          onChange={(density) => set({ density })}
        />
      </Choice>
      <Toggle
        label={t('danmaku.hideFixed')}
        on={settings.hideFixed}
        set={(hideFixed) => set({ hideFixed })}
      />
      <Toggle
        label={t('danmaku.hideColors')}
        on={settings.hideColors}
        set={(hideColors) => set({ hideColors })}
      />
      <Toggle
        label={t('danmaku.effects')}
        on={settings.effects}
        set={(effects) => set({ effects })}
      />
    </div>
  )
}

function Row({
  label,
  value,
  children,
}: {
  label: string
  value: string
  children: React.ReactNode
}) {
  return (
    <div className={styles['row']}>
      <span>{label}</span>
      {children}
      <span className="number">{value}</span>
    </div>
  )
}

function Choice({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={styles['choice']} role="group" aria-label={label}>
      <span>{label}</span>
      {children}
    </div>
  )
}

function Toggle({ label, on, set }: { label: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label className={styles['toggle']}>
      <span>{label}</span>
      <Switch size="small" checked={on} onChange={set} aria-label={label} />
    </label>
  )
}
