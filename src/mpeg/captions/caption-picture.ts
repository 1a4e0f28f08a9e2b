import { type MpegSequence, parseMpegSequence } from "../elementary/mpeg-sequence.ts"
import { findStartCode } from "../elementary/start-code-splitter.ts"
import { type CaptionWord, parseCaptionUserData } from "./user-data.ts"

/** What closed captions need to know of one coded picture. */
export type CaptionPicture = {
  /** The unit's own sequence header; null when it has none. */
  readonly sequence: MpegSequence | null
  /** A group begins with this picture. */
  readonly startsGroup: boolean
  /** Others may refer to it: it is shown when the next such picture is decoded. */
  readonly reference: boolean
  /** Top fields are field 1 of line 21, bottom fields field 2. In the order of display, `progressiveFrames` times where the sequence is progressive. */
  readonly fields: readonly (1 | 2)[]
  readonly progressiveFrames: number
  readonly groupWords: readonly CaptionWord[]
  readonly words: readonly CaptionWord[]
}

const PICTURE = 0x00
const LAST_SLICE = 0xaf
const USER_DATA = 0xb2
const SEQUENCE_HEADER = 0xb3
const EXTENSION = 0xb5
const GROUP = 0xb8

const PICTURE_CODING_EXTENSION_ID = 8
const B_PICTURE = 3
const FRAME = 3
/** Header and both matrices, extension, display extension. */
const MAX_SEQUENCE_SIZE = 256
/** More headers than any unit has before its slices: a scan of a unit that is nothing but start codes ends. */
const MAX_START_CODES = 4096

/**
 * Reads the headers and user data of one access unit of MPEG-1 or MPEG-2 video: a frame, or the two fields of one (ISO/IEC 13818-2 6.2.2 to
 * 6.2.3.1). Null when it has no picture header.
 */
export function readCaptionPicture(unit: Uint8Array): CaptionPicture | null {
  const found = new Found()
  let at = findStartCode(unit, 0, unit.length)
  for (let count = 0; at + 4 <= unit.length && count < MAX_START_CODES; ) {
    const code = unit[at + 3] ?? 0
    if (code !== PICTURE && code <= LAST_SLICE) {
      // Behind its slices a frame has nothing more; a field has the other field.
      if (found.structure === FRAME) break
      at = findStartCode(unit, at + 4, unit.length)
      continue
    }
    const next = findStartCode(unit, at + 4, unit.length)
    found.take(code, unit.subarray(at + 4, next + 4 > unit.length ? unit.length : next), unit, at)
    at = next
    count++
  }
  return found.picture()
}

/** What was found in a unit so far. */
class Found {
  structure = FRAME
  #hasPicture = false
  #startsGroup = false
  #sequence: MpegSequence | null = null
  #reference = true
  #topFieldFirst = true
  #repeatFirstField = false
  #secondField = false
  readonly #groupWords: CaptionWord[] = []
  readonly #words: CaptionWord[] = []

  take(code: number, payload: Uint8Array, unit: Uint8Array, at: number): void {
    if (code === SEQUENCE_HEADER) this.#sequence = parseMpegSequence(unit.subarray(at, at + MAX_SEQUENCE_SIZE))
    else if (code === GROUP) this.#startsGroup = true
    else if (code === PICTURE) this.#pictureHeader(payload)
    else if (code === EXTENSION) this.#codingExtension(payload)
    else if (code === USER_DATA) this.#userData(payload)
  }

  #pictureHeader(payload: Uint8Array): void {
    this.#secondField = this.#hasPicture
    if (this.#hasPicture) return
    this.#hasPicture = true
    this.#reference = (((payload[1] ?? 0) >> 3) & 7) !== B_PICTURE
  }

  #codingExtension(payload: Uint8Array): void {
    if ((payload[0] ?? 0) >> 4 !== PICTURE_CODING_EXTENSION_ID || payload.length < 4 || this.#secondField) return
    const structure = (payload[2] ?? 0) & 3
    // 0 is reserved; as a frame it does least harm.
    this.structure = structure === 0 ? FRAME : structure
    this.#topFieldFirst = ((payload[3] ?? 0) & 0x80) !== 0
    this.#repeatFirstField = ((payload[3] ?? 0) & 0x02) !== 0
  }

  #userData(payload: Uint8Array): void {
    const captions = parseCaptionUserData(payload)
    if (captions === null) return
    const words = captions.scope === "group" ? this.#groupWords : this.#words
    words.push(...captions.words)
  }

  picture(): CaptionPicture | null {
    if (!this.#hasPicture) return null
    return {
      sequence: this.#sequence,
      startsGroup: this.#startsGroup,
      reference: this.#reference,
      fields: this.#fields(),
      progressiveFrames: !this.#repeatFirstField ? 1 : this.#topFieldFirst ? 3 : 2,
      groupWords: this.#groupWords,
      words: this.#words,
    }
  }

  /** ISO/IEC 13818-2 6.3.10, top_field_first and repeat_first_field of an interlaced sequence. */
  #fields(): (1 | 2)[] {
    if (this.structure === FRAME) {
      const fields: (1 | 2)[] = this.#topFieldFirst ? [1, 2] : [2, 1]
      return this.#repeatFirstField ? [...fields, ...fields.slice(0, 1)] : fields
    }
    const first = this.structure === 1 ? 1 : 2
    return this.#secondField ? [first, first === 1 ? 2 : 1] : [first]
  }
}
