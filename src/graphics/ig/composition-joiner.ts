import type { ByteReader } from "../../base/index.ts"
import { joinCompositionParts } from "./interactive-composition.ts"

/** video_descriptor (5 bytes), composition_descriptor (3), sequence_descriptor: what parts of one composition have in common, and a flag byte. */
const SEQUENCE_DESCRIPTOR = 8
const FIRST_IN_SEQUENCE = 0x80
const LAST_IN_SEQUENCE = 0x40

/** The 24 bits of interactive_composition_data_length allow more; a menu of 255 pages with 8160 buttons takes less. */
const MAX_COMPOSITION_BYTES = 4 * 1024 * 1024

/** Joins a composition from the segments it comes in. */
export class CompositionJoiner {
  #parts: Uint8Array[] = []
  #bytes = 0
  #pts: number | null = null

  clear(): void {
    this.#parts = []
    this.#bytes = 0
    this.#pts = null
  }

  /**
   * @param segment an Interactive Composition Segment's content
   * @returns the whole content as one segment would have it, and its first part's time; null while parts are to come
   * @throws DiscError `damaged`, `limit`
   */
  add(segment: ByteReader, pts: number | null): { readonly content: Uint8Array; readonly pts: number | null } | null {
    const content = new Uint8Array(segment.bytes(segment.remaining, "interactive_composition_segment"))
    const flags = content[SEQUENCE_DESCRIPTOR] ?? 0
    if ((flags & FIRST_IN_SEQUENCE) !== 0) {
      this.clear()
      this.#pts = pts
    } else if (this.#parts.length === 0) {
      throw segment.error("damaged", "first_in_sequence", "a part of a menu's composition comes without the parts before it")
    }
    this.#bytes += content.length
    if (this.#bytes > MAX_COMPOSITION_BYTES) {
      this.clear()
      throw segment.error("limit", "interactive_composition_data", `a menu's composition has more than ${MAX_COMPOSITION_BYTES} bytes`)
    }
    this.#parts.push(content)
    if ((flags & LAST_IN_SEQUENCE) === 0) return null
    const whole = { content: joinCompositionParts(this.#parts), pts: this.#pts }
    this.clear()
    return whole
  }
}
