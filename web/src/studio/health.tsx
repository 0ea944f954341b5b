/** How well the picture comes in, in three lines and one sentence of advice. */
import type { MyLive } from '../../../sdk/index.ts'
import { Card } from '../frame/card.tsx'
import { useT } from '../i18n/index.ts'
import { fullNumber } from '../lib/format.ts'
import { Sparkline } from './sparkline.tsx'
import { useHistory } from './use-history.ts'
import styles from './studio.module.css'

const FEW_KBITS = 800
const FEW_FPS = 20
const LONG_KEYFRAME = 4

export function Health({ live, on }: { live: MyLive; on: boolean }) {
  const { t, locale } = useT()
  const health = live.stream?.health
  const bitrate = useHistory(health?.bitrate, health?.at)
  const fps = useHistory(health?.fps, health?.at)
  const keyframe = useHistory(health?.keyframeSeconds, health?.at)
  const advice =
    health === undefined
      ? undefined
      : (health.keyframeSeconds ?? 0) > LONG_KEYFRAME
        ? t('health.keyframeLong')
        : (health.bitrate ?? FEW_KBITS) < FEW_KBITS
          ? t('health.bitrateLow')
          : (health.fps ?? FEW_FPS) < FEW_FPS
            ? t('health.fpsLow')
            : t('health.good')
  const picture = [health?.width && `${health.width}×${health.height}`, health?.codec]
    .filter(Boolean)
    .join(' · ')
  return (
    <Card
      title={t('health.title')}
      side={picture ? <span className={styles['picture']}>{picture}</span> : undefined}
    >
      <div className={styles['lines']} data-testid="health">
        <Line
          label={t('health.bitrate')}
          value={
            health?.bitrate === undefined ? '—' : fullNumber(Math.round(health.bitrate), locale)
          }
          unit="kbit/s"
          values={bitrate}
          tone="good"
        />
        <Line
          label={t('health.fps')}
          value={health?.fps === undefined ? '—' : String(Math.round(health.fps))}
          unit="fps"
          values={fps}
          tone="violet"
        />
        <Line
          label={t('health.keyframe')}
          value={health?.keyframeSeconds === undefined ? '—' : health.keyframeSeconds.toFixed(1)}
          unit="s"
          values={keyframe}
          tone="gold"
        />
      </div>
      <p className={styles['hint']}>{on && advice ? advice : t('health.none')}</p>
    </Card>
  )
}

function Line(props: {
  label: string
  value: string
  unit: string
  values: readonly number[]
  tone: 'good' | 'violet' | 'gold'
}) {
  return (
    <div className={styles['line']}>
      <span>{props.label}</span>
      <strong className="number">
        {props.value} <small>{props.unit}</small>
      </strong>
      <Sparkline values={props.values} tone={props.tone} />
    </div>
  )
}
