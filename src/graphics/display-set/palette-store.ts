import type { ByteReader } from "../../base/index.ts"
import type { CompositionState } from "./composition-object.ts"
import { type PaletteEntry, parsePaletteDefinition } from "./palette.ts"

/** The palettes of an epoch. */
export class PaletteStore {
  readonly #palettes = new Map<number, Map<number, PaletteEntry>>()
  readonly #maxPalettes: number

  constructor(maxPalettes: number) {
    this.#maxPalettes = maxPalettes
  }

  clear(): void {
    this.#palettes.clear()
  }

  /** The colours of a palette; undefined: it is not there. */
  get(id: number): Iterable<PaletteEntry> | undefined {
    return this.#palettes.get(id)?.values()
  }

  ids(): Iterable<number> {
    return this.#palettes.keys()
  }

  /**
   * Takes a Palette Definition Segment's content.
   * In a normal composition a palette changes the entries it names; elsewhere it is the whole palette (libbluray `graphics_processor.c`).
   * @throws DiscError `damaged`, `limit`
   */
  define(segment: ByteReader, state: CompositionState): void {
    const { id, entries } = parsePaletteDefinition(segment)
    const known = this.#palettes.get(id)
    if (known === undefined && this.#palettes.size >= this.#maxPalettes) {
      throw segment.error("limit", "palette_id", `more than ${this.#maxPalettes} palettes in one epoch`)
    }
    const palette = state === "normal" && known !== undefined ? known : new Map<number, PaletteEntry>()
    for (const entry of entries) palette.set(entry.id, entry)
    this.#palettes.set(id, palette)
  }
}
