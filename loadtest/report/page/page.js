/* Draws the charts of a report from the data in the page. Runs in browsers, beside uPlot. */

const { charts, bands, notes } = JSON.parse(document.getElementById('data').textContent)
const root = document.documentElement
const plots = []

const style = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim()

function setTheme(theme) {
  root.dataset.theme = theme
  document.getElementById('theme').textContent = theme === 'dark' ? 'Light' : 'Dark'
  for (const plot of plots.splice(0)) plot.destroy()
  for (const chart of charts) draw(chart)
}

/** 12345 in the unit of a chart. */
function text(value, unit) {
  if (value === null || value === undefined) return '–'
  if (unit === 'share') return `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`
  if (unit === 'ms' && value >= 1000) return `${Number((value / 1000).toPrecision(3))} s`
  if (unit === 'MB') return `${value.toFixed(0)} MB`
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toFixed(1)}M${unit === 'ms' ? ' ms' : ''}`
  if (Math.abs(value) >= 1e4) return `${(value / 1e3).toFixed(0)}k`
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 1
  return `${value.toFixed(digits)}${unit === 'ms' ? ' ms' : ''}`
}

function clock(seconds) {
  const whole = Math.abs(Math.round(seconds))
  const sign = seconds < 0 ? '−' : ''
  return `${sign}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

function draw(chart) {
  const place = document.getElementById(chart.id)
  const legend = place.parentElement.querySelector('.legend')
  const muted = style('muted')
  const axis = {
    stroke: muted,
    font: '11px system-ui, sans-serif',
    grid: { stroke: style('grid'), width: 1 },
    ticks: { stroke: style('grid'), width: 1, size: 4 },
  }
  const log = chart.log === true
  const options = {
    width: place.clientWidth,
    height: 220,
    padding: [18, 20, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'time' }, points: { size: 6 } },
    scales: {
      x: { time: false },
      y: log
        ? { distr: 3, log: 10, range: (_, low, high) => logRange(low, high) }
        : { range: (_, __, high) => [0, high > 0 ? high * 1.08 : 1] },
    },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map(clock), space: 60 },
      {
        ...axis,
        size: 58,
        values: (_, ticks) =>
          ticks.map((tick) => (log && !isDecade(tick) ? '' : text(tick, chart.unit))),
      },
    ],
    series: [
      {},
      ...chart.series.map(({ name, color, dash, fill }) => ({
        label: name,
        stroke: style(color),
        width: 1.75,
        spanGaps: true,
        points: { show: false },
        ...(dash && { dash: [5, 4] }),
        ...(fill && { fill: `${style(color)}22` }),
      })),
    ],
    hooks: {
      drawClear: [(plot) => bands.forEach((band) => shade(plot, band))],
      draw: [(plot) => notes.forEach((note) => mark(plot, note, muted))],
      setCursor: [(plot) => tell(plot, chart, legend)],
    },
  }
  const data = [chart.x, ...chart.series.map(({ values }) => values)]
  const plot = new uPlot(options, data, place)
  plots.push(plot)
  tell(plot, chart, legend)
}

function logRange(low, high) {
  const least = Math.max(0.1, low > 0 ? low : 0.1)
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(Math.max(high, 1)))]
}

function isDecade(value) {
  const exponent = Math.log10(value)
  return Math.abs(exponent - Math.round(exponent)) < 1e-6
}

/** The values under the cursor, else the highest of each line, as its tooltip says. */
function tell(plot, chart, legend) {
  const { idx } = plot.cursor
  legend.textContent = ''
  legend.title =
    idx === null || idx === undefined ? 'the highest of each line' : clock(plot.data[0][idx])
  for (const [index, { name, color, dash, values }] of chart.series.entries()) {
    const at = idx === null || idx === undefined ? undefined : plot.data[index + 1][idx]
    const known = values.filter((value) => value !== null)
    const value = at === undefined ? (known.length ? Math.max(...known) : null) : at
    const entry = document.createElement('span')
    entry.style.setProperty('--line', style(color))
    if (dash) entry.className = 'dashed'
    entry.append(`${name} `, bold(text(value, chart.unit)))
    legend.append(entry)
  }
}

function bold(content) {
  const element = document.createElement('b')
  element.textContent = content
  return element
}

function shade(plot, { from, to, color }) {
  const { ctx } = plot
  const [left, right] = [plot.valToPos(from, 'x', true), plot.valToPos(to, 'x', true)]
  const area = plot.bbox
  const start = Math.max(area.left, left)
  const end = Math.min(area.left + area.width, right)
  if (end <= start) return
  ctx.save()
  ctx.fillStyle = style(color)
  ctx.fillRect(start, area.top, end - start, area.height)
  ctx.restore()
}

function mark(plot, { t, text: words }, color) {
  const { ctx, bbox: area } = plot
  const x = Math.round(plot.valToPos(t, 'x', true))
  if (x < area.left || x > area.left + area.width) return
  const ratio = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = color
  ctx.fillStyle = color
  ctx.lineWidth = ratio
  ctx.setLineDash([2 * ratio, 3 * ratio])
  ctx.beginPath()
  ctx.moveTo(x, area.top - 14 * ratio)
  ctx.lineTo(x, area.top + area.height)
  ctx.stroke()
  ctx.font = `${10 * ratio}px system-ui, sans-serif`
  const right = x > area.left + area.width * 0.75
  ctx.textAlign = right ? 'right' : 'left'
  ctx.fillText(words, x + (right ? -4 : 4) * ratio, area.top - 5 * ratio)
  ctx.restore()
}

document.getElementById('theme').addEventListener('click', () => {
  setTheme(root.dataset.theme === 'dark' ? 'light' : 'dark')
})
let resizing
addEventListener('resize', () => {
  clearTimeout(resizing)
  resizing = setTimeout(() => setTheme(root.dataset.theme), 100)
})
setTheme(matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark')
