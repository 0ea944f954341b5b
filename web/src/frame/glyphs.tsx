/** Line icons that the icon family lacks, in its stroke. */
import type { ReactNode } from 'react'

function Glyph({ children }: { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="1em"
      height="1em"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

export function DanmakuGlyph({ on }: { on: boolean }) {
  return (
    <Glyph>
      <rect x="2.500" y="4.500" width="19" height="15" rx="4" />
      <path d="M6.500 9.500h4M13 9.500h4.500M6.500 14.500h7" />
      {!on && <path d="M4 21 20.500 3" strokeWidth="2" />}
    </Glyph>
  )
}

export function TheatreGlyph() {
  return (
    <Glyph>
      <rect x="2.500" y="5.500" width="19" height="13" rx="2.500" />
      <path d="M15.500 5.500v13" />
    </Glyph>
  )
}

export function PipGlyph() {
  return (
    <Glyph>
      <path d="M21.500 11V7.500a3 3 0 0 0-3-3h-13a3 3 0 0 0-3 3v9a3 3 0 0 0 3 3H10" />
      <rect x="12.500" y="13.500" width="9" height="6.500" rx="1.800" />
    </Glyph>
  )
}

/** A crown for the first three givers. */
export function CrownGlyph({ place }: { place: 1 | 2 | 3 }) {
  return (
    <svg viewBox="0 0 24 18" width="20" height="15" aria-hidden="true" data-place={place}>
      <path
        d="M2 4.500c2.200 2.600 4.200 3.600 5.600 3C9.200 6.800 10.600 4.300 12 .8c1.400 3.500 2.800 6 4.400 6.700 1.400.6 3.400-.4 5.600-3L19.800 16H4.200z"
        fill="currentColor"
      />
    </svg>
  )
}
