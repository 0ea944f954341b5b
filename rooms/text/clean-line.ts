/** One line of text from a stranger, made safe to show beside other people's lines. */

import { RoomError } from '../../engine/kernel/room-error.ts'

export interface CleanLineOptions {
  /** Longest result in graphemes (what a reader counts as characters). The byte bound is 16 a grapheme. */
  readonly max: number
}

/**
 * Gives the line in NFC, on one line, with single spaces, without control, bidi-override, invisible and
 * stray joining characters and with at most 4 combining marks a base: nothing that leaves its row,
 * turns its neighbours around or looks like nothing. Cleaning twice changes nothing more. HTML is left
 * as it is: whoever shows text shows it as text. Throws RoomError `text.empty` when nothing visible
 * remains, `text.too_long` with `{ max }`.
 */
export function cleanLine(text: string, { max }: CleanLineOptions): string {
  const line = plain.test(text) ? squeeze(text) : squeeze(tame(text))
  if (!visible.test(line)) {
    throw new RoomError('text.empty', 'Write something that can be seen.', { retry: 'fix' })
  }
  if (tooLong(line, max)) {
    const message = `Shorten the text to ${max} characters.`
    throw new RoomError('text.too_long', message, { retry: 'fix', data: { max } })
  }
  return line
}

/** Letters of the most common lines, which need no closer look. */
const plain = /^[\x20-\x7e\u4e00-\u9fff\u3001\u3002\uff01\uff0c\uff1f]*$/

/**
 * Controls, formats (bidi among them), fillers that look like nothing, halves of surrogate pairs and
 * noncharacters. Joiners and variation selectors are kept here: emoji and Persian are written with them.
 * A flag of letters (England, Scotland …) keeps its tags.
 */
const strip =
  /(\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,6}\u{E007F})|(?![\u200c\u200d\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu

/** A joiner that joins nothing: it would hide marks from the limit, or a difference from the eye. */
const strayJoiner =
  /(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{Extended_Pictographic}])/gu

const markPile = /(\p{M}{4})\p{M}+/gu

const leading = /^[\s\p{M}\u200c\u200d]+/u

/** Something else than blanks, joiners and marks. U+2800 is the blank of Braille. */
const visible = /[^\s\p{M}\u200c\u200d\u2800]/u

function tame(text: string): string {
  // Line ends become blanks before the controls go, or words would run together.
  const stripped = text.replace(/[\s\u0085]+/gu, ' ').replace(strip, '$1')
  return stripped
    .replace(strayJoiner, '')
    .normalize('NFC')
    .replace(markPile, '$1')
    .replace(leading, '')
}

function squeeze(text: string): string {
  return text.replace(/\s+/gu, ' ').trim()
}

function tooLong(line: string, max: number): boolean {
  if (line.length <= max) return false // never more graphemes or, at 3 bytes a unit, bytes than units
  if (new TextEncoder().encode(line).length > max * 16) return true
  let count = 0
  for (const _ of segmenter.segment(line)) if ((count += 1) > max) return true
  return false
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })
