/** Two bytes of line 21 as they are broadcast, each with its odd parity bit, and the field that carries them. */
export type CaptionWord = { readonly field: 1 | 2; readonly first: number; readonly second: number }

/** `group`: the words of all pictures of a group, in the order of their display. `picture`: those of one picture. */
export type UserDataCaptions = { readonly scope: "group" | "picture"; readonly words: readonly CaptionWord[] }

/** A group has 36 fields at most on a DVD, and one that counts wrong no more than twice as many words. */
const MAX_WORDS = 96

/** "CC", user_data_type_code 1, caption_block_size (inverted). */
const DVD = [0x43, 0x43, 0x01, 0xf8]
/** "GA94", user_data_type_code 3. */
const A53 = [0x47, 0x41, 0x39, 0x34, 0x03]
const WORD_SIZE = 3

/**
 * The closed captions in one user_data of an MPEG video stream; null when it holds something else.
 * @param data what follows the user_data_start_code, up to the next start code
 */
export function parseCaptionUserData(data: Uint8Array): UserDataCaptions | null {
  if (startsWith(data, DVD)) return { scope: "group", words: dvdWords(data) }
  return startsWith(data, A53) ? { scope: "picture", words: a53Words(data) } : null
}

/**
 * DVD-Video's own form. The count of words in its header is often wrong, so the words that are there count; some discs mark both fields as
 * the odd one, so the fields alternate from the one that the header names. Layout: FFmpeg `mpeg12dec.c`, CCExtractor `es_userdata.c`.
 */
function dvdWords(data: Uint8Array): CaptionWord[] {
  const words: CaptionWord[] = []
  const oddFirst = (byteAt(data, DVD.length) & 0x80) !== 0
  for (let at = DVD.length + 1; at + WORD_SIZE <= data.length && words.length < MAX_WORDS; at += WORD_SIZE) {
    const marker = byteAt(data, at)
    if ((marker & 0xfe) !== 0xfe) break
    const odd = (words.length % 2 === 0) === oddFirst && marker === 0xff
    words.push({ field: odd ? 1 : 2, first: byteAt(data, at + 1), second: byteAt(data, at + 2) })
  }
  return words
}

/** cc_data, ATSC A/53 part 4, 6.2.3. Words of CEA-708 (cc_type 2 and 3) are left out. */
function a53Words(data: Uint8Array): CaptionWord[] {
  const words: CaptionWord[] = []
  const flags = byteAt(data, A53.length)
  const processCcData = (flags & 0x40) !== 0
  const count = processCcData ? flags & 0x1f : 0
  const start = A53.length + 2
  for (let index = 0; index < count; index++) {
    const at = start + index * WORD_SIZE
    if (at + WORD_SIZE > data.length) break
    const header = byteAt(data, at)
    const valid = (header & 0x04) !== 0
    const type = header & 0x03
    if (valid && type < 2) words.push({ field: type === 0 ? 1 : 2, first: byteAt(data, at + 1), second: byteAt(data, at + 2) })
  }
  return words
}

function startsWith(data: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => data[at] === byte)
}

function byteAt(data: Uint8Array, at: number): number {
  return data[at] ?? 0
}
