/** What people may write into names, titles and biographies. */

// Bidi overrides and isolates, zero-width and other invisible characters, line and paragraph separators.
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffc\u{e0000}-\u{e0fff}]/gu
const newline = /\r\n?|\u2028|\u2029/g
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Number of characters as people count them. */
export function graphemeCount(text: string): number {
  let count = 0
  for (const _ of graphemes.segment(text)) count++
  return count
}

/**
 * One line as it is kept: NFC, no controls, bidi or invisible characters, single spaces, and at most
 * three combining marks on a letter. The result may be empty.
 */
export function cleanLine(text: string): string {
  // Composed once more: a mark may have stood behind an invisible character.
  const plain = text.normalize('NFC').replace(newline, ' ').replace(invisible, '').normalize('NFC')
  return withoutZalgo(plain).replace(/\s+/gu, ' ').trim()
}

/** Several lines as they are kept: like `cleanLine`, with at most one empty line between two. */
export function cleanText(text: string): string {
  return text
    .normalize('NFC')
    .replace(newline, '\n')
    .split('\n')
    .map(cleanLine)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function withoutZalgo(text: string): string {
  return text.replace(/(\p{M}{3})\p{M}+/gu, '$1')
}
