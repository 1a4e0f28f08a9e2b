import { type CaptionPicture, readCaptionPicture } from "./caption-picture.ts"
import type { CaptionWord } from "./user-data.ts"

/** One word of line 21: `field` 1 carries CC1 and CC2, field 2 CC3 and CC4; `at` is when its field is shown, on the clock of the units' `pts`. */
export type CaptionPair = CaptionWord & { readonly at: number }

/** A picture that waits for its turn in the order of display. */
type Held = { readonly pts: number | null; readonly picture: CaptionPicture; readonly group: Group | null }

/** The words of a group that its pictures have not used yet. */
type Group = { readonly words: CaptionWord[] }

/** Until a sequence header says better: NTSC, which is where line 21 is. */
const NTSC_FRAME_DURATION = 3003

/**
 * Closed captions of an MPEG-1 or MPEG-2 video stream: access units in, line 21 out. A DVD has the words of a whole group of pictures in front
 * of it; each goes to the next field of its own parity in the order of display, fields that are shown twice among them.
 */
export class CaptionReader {
  #frameDuration = NTSC_FRAME_DURATION
  #progressive = false
  #group: Group | null = null
  /** The last picture that others refer to. */
  #held: Held | null = null
  #shownGroup: Group | null = null
  /** Where the picture shown last ends; null: nothing was shown. */
  #end: number | null = null

  /**
   * Takes the next unit in decoding order.
   * @param unit a frame, or the two fields of one, with the headers before it; `pts` in 90 kHz ticks of a clock that does not wrap (feed time)
   * @returns the words of the pictures whose turn has come, in the order of display
   */
  push(unit: { readonly data: Uint8Array; readonly pts: number | null }): readonly CaptionPair[] {
    const picture = readCaptionPicture(unit.data)
    if (picture === null) return []
    if (picture.sequence !== null) {
      this.#frameDuration = picture.sequence.frameDuration
      this.#progressive = picture.sequence.progressive
    }
    if (picture.groupWords.length > 0) this.#group = { words: [...picture.groupWords] }
    else if (picture.startsGroup) this.#group = null
    const held = { pts: unit.pts, picture, group: this.#group }
    if (!picture.reference) return this.#show(held)
    const pairs = this.flush()
    this.#held = held
    return pairs
  }

  /** Nothing follows, or not from here: gives what still waits. */
  flush(): readonly CaptionPair[] {
    const held = this.#held
    this.#held = null
    return held === null ? [] : this.#show(held)
  }

  /** A jump: forgets what waits. */
  reset(): void {
    this.#held = null
    this.#group = null
    this.#shownGroup = null
    this.#end = null
  }

  #show({ pts, picture, group }: Held): CaptionPair[] {
    const pairs: CaptionPair[] = []
    if (group !== this.#shownGroup) pairs.push(...this.#leftovers())
    this.#shownGroup = group
    const start = pts ?? this.#end
    if (start === null) return pairs
    const fields = this.#progressive ? repeated(picture.progressiveFrames) : picture.fields
    const fieldDuration = this.#frameDuration / 2
    const words = [...picture.words]
    fields.forEach((field, index) => {
      const at = Math.round(start + index * fieldDuration)
      for (const source of [group?.words, words]) {
        const word = take(source, field)
        if (word !== null) pairs.push({ ...word, at })
      }
    })
    this.#end = Math.round(start + fields.length * fieldDuration)
    // A picture may bring more words than it has fields: at 24 pictures a second, line 21 still has its 30 frames.
    const last = Math.round(start + (fields.length - 1) * fieldDuration)
    for (const word of words) pairs.push({ ...word, at: last })
    return pairs
  }

  /** A group that has more words than fields: none is lost. */
  #leftovers(): CaptionPair[] {
    const at = this.#end
    const words = this.#shownGroup?.words ?? []
    return at === null ? [] : words.splice(0).map((word) => ({ ...word, at }))
  }
}

function repeated(frames: number): (1 | 2)[] {
  return Array.from({ length: frames * 2 }, (_, index) => (index % 2 === 0 ? 1 : 2))
}

/** Takes the first word of a field out of a list. */
function take(words: CaptionWord[] | undefined, field: 1 | 2): CaptionWord | null {
  const index = words?.findIndex((word) => word.field === field) ?? -1
  return words?.splice(index, index < 0 ? 0 : 1)[0] ?? null
}
