/** Text of strangers made harmless to a layout: no direction overrides, no towers of marks. */

// Bidi embeddings, overrides, isolates and marks; C0 and C1 controls; interlinear and object replacement.
const CONTROLS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffc]/g
const TOWERS = /(\p{M}{4})\p{M}+/gu

/** At most 4 combining marks on a letter, no bidi or control characters, at most `max` UTF-16 units. */
export function calmText(text: string, max = 200): string {
  const short = text.length > max * 4 ? text.slice(0, max * 4) : text
  const calm = short.replace(CONTROLS, '').replace(TOWERS, '$1')
  return calm.length > max ? `${sliceWhole(calm, max - 1)}…` : calm
}

function sliceWhole(text: string, end: number): string {
  const last = text.charCodeAt(end - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end)
}
