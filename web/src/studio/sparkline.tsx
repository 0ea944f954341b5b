/** A line of recent values without axes: its shape is the message, the number stands beside it. */
import styles from './sparkline.module.css'

const WIDTH = 120
const HEIGHT = 32

export function Sparkline(props: {
  values: readonly number[]
  tone?: 'accent' | 'good' | 'gold' | 'violet'
}) {
  const { values, tone = 'accent' } = props
  if (values.length < 2)
    return <svg className={styles['line']} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" />
  const most = Math.max(...values)
  const least = Math.min(...values)
  // A line that hardly moves looks flat: a fifth of its height is the least that is drawn out.
  const span = Math.max(most - least, Math.abs(most) / 5, 1e-9)
  const middle = (most + least) / 2
  const points = values.map((value, at) => {
    const x = (at / (values.length - 1)) * WIDTH
    const y = HEIGHT / 2 - ((value - middle) / span) * (HEIGHT - 6)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg
      className={styles['line']}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      data-tone={tone}
    >
      <polygon points={`0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(' ')} />
    </svg>
  )
}
