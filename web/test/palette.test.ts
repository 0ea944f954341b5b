/** The colours: one set in two places, and readable. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { palettes, type Mode } from '../src/theme/palette.ts'

const css = readFileSync(join(import.meta.dirname, '../src/theme/variables.css'), 'utf8')

for (const mode of ['dark', 'light'] as const) {
  test(`[WB8] ${mode}: the variables of the style sheet are the colours of the palette`, () => {
    const block = css.slice(
      css.indexOf(`[data-theme='${mode}']`),
      css.indexOf('}', css.indexOf(`[data-theme='${mode}']`)),
    )
    for (const [name, color] of Object.entries(palettes[mode])) {
      assert.match(block, new RegExp(`--${name}: ${color.toLowerCase()};`), name)
    }
  })

  test(`[WB9] ${mode}: text has a contrast of at least 4.5 on every ground it stands on`, () => {
    const c = palettes[mode]
    for (const ground of [c.base, c.panel, c.raised]) {
      for (const name of [
        'text',
        'muted',
        'accent-text',
        'gold',
        'success',
        'danger',
        'violet',
      ] as const) {
        if (mode === 'dark' || ground !== c.raised || name === 'text' || name === 'muted') {
          assert.ok(
            contrast(c[name], ground) >= 4.5,
            `${name} on ${ground}: ${contrast(c[name], ground).toFixed(2)}`,
          )
        }
      }
    }
    assert.ok(contrast(c['on-accent'], c.accent) >= 4.5)
  })
}

/** WCAG 2.2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const modes: readonly Mode[] = ['dark', 'light']
test('[WB8] both themes have the same names', () => {
  const [dark, light] = modes.map((mode) => Object.keys(palettes[mode]))
  assert.deepEqual(dark, light)
})
