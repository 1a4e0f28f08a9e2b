import { CaptionChannel } from "./channel.ts"
import { basicCharacter, SOLID_BLOCK } from "./characters.ts"
import { type CaptionCode, decodeCaptionCode } from "./code.ts"
import { type CaptionLine, sameStyle } from "./memory.ts"

/** CC1 to CC4: 1 and 2 in field 1 of line 21, 3 and 4 in field 2. */
export type CaptionChannelNumber = 1 | 2 | 3 | 4

/** Two bytes of line 21, with their parity bits. `at` in 90 kHz ticks. */
export type Line21 = { readonly field: 1 | 2; readonly at: number; readonly first: number; readonly second: number }

/** What a channel shows from `at` on, until its next change; no lines: nothing. */
export type CaptionChange = { readonly channel: CaptionChannelNumber; readonly at: number; readonly lines: readonly CaptionLine[] }

/** What a channel shows from `at` to `until`. */
export type CaptionCue = CaptionChange & { readonly until: number }

/**
 * Closed captions (CTA-608-E, 47 CFR 15.119) of all four channels: words of line 21 in, what each channel shows out. The text services T1 to T4
 * and XDS, which share the fields, are passed over.
 */
export class CaptionDecoder {
  readonly #fields = [new FieldDecoder(1), new FieldDecoder(3)] as const
  #latest = 0

  /** Takes the next word of a field, in the order of display. A time that goes back counts as the latest. */
  push({ field, at, first, second }: Line21): readonly CaptionChange[] {
    this.#latest = Math.max(this.#latest, at)
    return this.#fields[field - 1]?.push(first, second, this.#latest) ?? []
  }

  /** The channels that captions were sent for so far. */
  get channels(): readonly CaptionChannelNumber[] {
    return this.#fields.flatMap(({ announced }) => [...announced]).sort((a, b) => a - b)
  }

  /** A jump: nothing is shown, and text is for nobody until a caption begins. The channels stay announced. */
  reset(): void {
    this.#latest = 0
    for (const field of this.#fields) field.reset()
  }
}

/** Cues of one channel, when all its changes are known; the last one ends at `end`. */
export function captionCues(changes: readonly CaptionChange[], channel: CaptionChannelNumber, end: number): CaptionCue[] {
  const own = changes.filter((change) => change.channel === channel)
  return own
    .map((change, index) => ({ ...change, until: own[index + 1]?.at ?? end }))
    .filter(({ at, until, lines }) => lines.length > 0 && until > at)
}

/** Two data channels that share a field. */
class FieldDecoder {
  readonly announced = new Set<CaptionChannelNumber>()
  readonly #numbers: readonly [CaptionChannelNumber, CaptionChannelNumber]
  #channels: readonly [CaptionChannel, CaptionChannel] = [new CaptionChannel(), new CaptionChannel()]
  #shown: [readonly CaptionLine[], readonly CaptionLine[]] = [[], []]
  /** Which data channel characters are for: 0 or 1; null: none, or a text service. */
  #current: 0 | 1 | null = null
  #inXds = false
  /** A control code that the next word may repeat. */
  #repeatable: { readonly first: number; readonly second: number } | null = null

  constructor(firstNumber: 1 | 3) {
    this.#numbers = firstNumber === 1 ? [1, 2] : [3, 4]
  }

  reset(): void {
    this.#channels = [new CaptionChannel(), new CaptionChannel()]
    this.#shown = [[], []]
    this.#current = null
    this.#inXds = false
    this.#repeatable = null
  }

  push(firstByte: number, secondByte: number, at: number): CaptionChange[] {
    const [first, second] = [firstByte & 0x7f, secondByte & 0x7f]
    // Nothing; some write it without parity.
    if (first === 0 && second === 0) {
      this.#repeatable = null
      return []
    }
    const [firstGood, secondGood] = [hasOddParity(firstByte), hasOddParity(secondByte)]
    const repeatable = this.#repeatable
    this.#repeatable = null
    // The rule for a control code that comes twice, 47 CFR 15.119 (i)(4): a damaged first byte of the second is no matter.
    const repeats = secondGood && second === repeatable?.second && (!firstGood || first === repeatable.first)
    if (repeats) return []
    if (firstGood && first >= 0x10 && first < 0x20) {
      if (!secondGood || second < 0x20) return []
      this.#repeatable = { first, second }
      this.#control(first, second)
    } else if (firstGood && first > 0 && first < 0x10 && this.#numbers[0] === 3) {
      this.#inXds = first !== 0x0f
    } else if (!this.#inXds && (firstGood || first >= 0x20)) {
      // A first byte that is damaged and looks like a control code's is one, and comes again.
      this.#characters([firstGood ? first : null, secondGood ? second : null])
    }
    return this.#changes(at)
  }

  #control(first: number, second: number): void {
    this.#inXds = false
    const index = (first & 8) === 0 ? 0 : 1
    const code = decodeCaptionCode(first, second)
    if (code.op === "text-restart" || code.op === "resume-text-display") {
      this.#current = null
      return
    }
    if (beginsCaptions(code)) {
      this.#current = index
      this.announced.add(this.#numbers[index])
    }
    // Erasing is for captions even between the words of a text service.
    const erases = code.op === "erase-displayed-memory" || code.op === "erase-non-displayed-memory"
    if (this.#current !== null || erases) this.#channels[index].execute(code)
  }

  /** Null: a byte whose parity is wrong. */
  #characters(codes: readonly (number | null)[]): void {
    if (this.#current === null) return
    const channel = this.#channels[this.#current]
    for (const code of codes) {
      if (code === null) channel.write(SOLID_BLOCK)
      else if (code >= 0x20) channel.write(basicCharacter(code))
    }
  }

  #changes(at: number): CaptionChange[] {
    return ([0, 1] as const).flatMap((index) => {
      const lines = this.#channels[index].lines()
      if (sameLines(lines, this.#shown[index])) return []
      this.#shown[index] = lines
      return [{ channel: this.#numbers[index], at, lines }]
    })
  }
}

/** The six codes that end a text service: CTA-608-E 7.7. */
function beginsCaptions({ op }: CaptionCode): boolean {
  return op === "resume-caption-loading" || op === "resume-direct-captioning" || op === "roll-up" || op === "end-of-caption"
}

function hasOddParity(byte: number): boolean {
  let bits = 0
  for (let rest = byte & 0xff; rest > 0; rest >>= 1) bits += rest & 1
  return bits % 2 === 1
}

function sameLines(a: readonly CaptionLine[], b: readonly CaptionLine[]): boolean {
  return (
    a.length === b.length &&
    a.every((line, index) => {
      const other = b[index]
      return (
        other !== undefined && line.row === other.row && line.column === other.column && line.text === other.text && sameStyle(line, other)
      )
    })
  )
}
