/**
 * Keeps a scroller at its newest line until somebody really scrolls. The scroll position alone cannot
 * tell: fast appends move it too. Only a wheel, a touch, a key or the scrollbar lets go.
 */

export interface Stick {
  readonly stuck: boolean
  /** To be called after lines were added. */
  follow(): void
  /** Back to the newest line. */
  jump(): void
  stop(): void
}

const NEAR_PX = 12
const KEYS = new Set(['ArrowUp', 'PageUp', 'Home', 'ArrowDown', 'PageDown', 'End', ' '])

/** `onChange` is called when it sticks or lets go. */
export function stick(scroller: HTMLElement, onChange: (stuck: boolean) => void): Stick {
  let stuck = true
  let touched = -Infinity // the page's clock starts at 0, with nobody's hand on it
  const stop = new AbortController()
  const { signal } = stop
  const set = (next: boolean) => {
    if (stuck === next) return
    stuck = next
    onChange(next)
  }
  const below = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight
  }
  const intent = () => {
    touched = performance.now()
  }
  scroller.addEventListener(
    'wheel',
    (event) => {
      intent()
      if (event.deltaY < 0 && scroller.scrollHeight > scroller.clientHeight) set(false)
    },
    { signal, passive: true },
  )
  scroller.addEventListener('touchmove', intent, { signal, passive: true })
  scroller.addEventListener(
    'pointerdown',
    // A press right of the content is on the scrollbar.
    (event) => event.offsetX >= scroller.clientWidth && intent(),
    { signal },
  )
  scroller.addEventListener('keydown', (event) => KEYS.has(event.key) && intent(), { signal })
  scroller.addEventListener(
    'scroll',
    () => {
      if (below() <= NEAR_PX) set(true)
      else if (performance.now() - touched < 800) set(false)
      else if (stuck) toEnd()
    },
    { signal, passive: true },
  )
  const resized = new ResizeObserver(() => stuck && toEnd())
  resized.observe(scroller)
  return {
    get stuck() {
      return stuck
    },
    follow() {
      if (stuck) toEnd()
    },
    jump() {
      touched = -Infinity
      set(true)
      toEnd()
    },
    stop() {
      stop.abort()
      resized.disconnect()
    },
  }
}
