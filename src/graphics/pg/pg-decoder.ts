import { ByteReader, DiscError, type Warnings } from "../../base/index.ts"
import type { Bitmap, PlanePicture } from "../bitmap.ts"
import { type CompositionObject, type PresentationComposition, parsePresentationComposition } from "./composition.ts"
import { type GraphicsObject, parseObjectFragment } from "./object.ts"
import { ObjectStore } from "./object-store.ts"
import { type PaletteEntry, parsePaletteDefinition, rgbaPalette } from "./palette.ts"

/** What the plane shows from `pts` (90 kHz, the composition's own) on: a completed display set. No bitmaps: cleared. */
export type PgPicture = {
  readonly pts: number
  readonly picture: PlanePicture
  /** Everything in it is to be shown even when the viewer has switched subtitles off. */
  readonly forced: boolean
  /** What of it is to be shown even then; null for nothing. A cleared plane clears this too. */
  readonly forcedPicture: PlanePicture | null
}

const SEGMENT_PALETTE = 0x14
const SEGMENT_OBJECT = 0x15
const SEGMENT_COMPOSITION = 0x16
const SEGMENT_WINDOWS = 0x17
const SEGMENT_END = 0x80

/** Palettes of one epoch, as in the specification. */
const MAX_PALETTES = 8

/** Objects on the plane at once, as in the specification; each may be a cropped copy, so that more would be memory without bound. */
const MAX_COMPOSITION_OBJECTS = 2

/**
 * Decodes a Presentation Graphics stream, segment by segment. Damage is a warning: what a display set lacks is left out of its picture.
 * Windows are not needed: each composition names all that is shown, so a new picture replaces the whole plane.
 */
export class PgDecoder {
  readonly #warnings: Warnings
  readonly #path: string
  readonly #objects: ObjectStore
  readonly #palettes = new Map<number, Map<number, PaletteEntry>>()
  #composition: { readonly pts: number; readonly what: PresentationComposition } | null = null
  /** False until an epoch start or acquisition point: what came before it is not known. */
  #synchronised = false

  /** `path`: where the stream is from, for warnings. */
  constructor(warnings: Warnings, path = "presentation graphics") {
    this.#warnings = warnings
    this.#path = path
    this.#objects = new ObjectStore(warnings, path)
  }

  /** Bytes of decoded objects held. */
  get heldBytes(): number {
    return this.#objects.decodedBytes
  }

  /** Forgets everything: the stream goes on at another place. */
  reset(): void {
    this.#startEpoch()
    this.#composition = null
    this.#synchronised = false
  }

  /**
   * Takes whole segments (type, length, content) as one PES packet brings them, usually one.
   * @param pts the packet's presentation time, 90 kHz
   * @returns the display sets that ended with them
   */
  push(segments: Uint8Array, pts: number | null): readonly PgPicture[] {
    const pictures: PgPicture[] = []
    const reader = new ByteReader(segments, this.#path)
    while (reader.remaining > 0) {
      try {
        const type = reader.u8("segment_type")
        // A segment that is cut off is read as far as it goes; its own fields say what is missing.
        const length = Math.min(reader.u16("segment_length"), reader.remaining)
        const picture = this.#take(type, reader.window(length, "segment"), pts)
        if (picture !== null) pictures.push(picture)
      } catch (error) {
        if (!(error instanceof DiscError)) throw error
        this.#warnings.add("pg-segment", error.message, error.place)
        // The reader is behind the damaged segment, unless not even its head was there.
        if (reader.remaining < 3) break
      }
    }
    return pictures
  }

  #take(type: number, segment: ByteReader, pts: number | null): PgPicture | null {
    switch (type) {
      case SEGMENT_COMPOSITION:
        this.#compose(segment, pts)
        return null
      case SEGMENT_PALETTE:
        if (this.#composition !== null) this.#definePalette(segment, this.#composition.what)
        return null
      case SEGMENT_OBJECT:
        if (this.#composition !== null) this.#objects.add(parseObjectFragment(segment))
        return null
      case SEGMENT_END:
        return this.#end()
      case SEGMENT_WINDOWS:
        return null
      default:
        throw segment.error("unsupported", "segment_type", `there is no segment of type ${type}`)
    }
  }

  #compose(segment: ByteReader, pts: number | null): void {
    this.#composition = null
    const what = parsePresentationComposition(segment)
    if (pts === null) throw segment.error("damaged", "PTS", "a composition without a presentation time")
    if (what.compositionState === "epoch-start") this.#startEpoch()
    if (what.compositionState !== "normal") this.#synchronised = true
    if (this.#synchronised) this.#composition = { pts, what }
  }

  #startEpoch(): void {
    this.#objects.clear()
    this.#palettes.clear()
  }

  #definePalette(segment: ByteReader, composition: PresentationComposition): void {
    const { id, entries } = parsePaletteDefinition(segment)
    const known = this.#palettes.get(id)
    if (known === undefined && this.#palettes.size >= MAX_PALETTES) {
      throw segment.error("limit", "palette_id", `more than ${MAX_PALETTES} palettes in one epoch`)
    }
    // In a normal composition a palette changes the entries it names; elsewhere it is the whole palette.
    const palette = composition.compositionState === "normal" && known !== undefined ? known : new Map<number, PaletteEntry>()
    for (const entry of entries) palette.set(entry.id, entry)
    this.#palettes.set(id, palette)
  }

  #end(): PgPicture | null {
    const composition = this.#composition
    this.#composition = null
    if (composition === null) return null
    const { pts, what } = composition
    const bitmaps = this.#bitmaps(what)
    if (bitmaps === null) return null
    const plane = { planeWidth: what.videoWidth, planeHeight: what.videoHeight }
    const forced = bitmaps.filter(({ use }) => use.forcedOn)
    return {
      pts,
      picture: { ...plane, bitmaps: bitmaps.map(({ bitmap }) => bitmap) },
      forced: bitmaps.length > 0 && forced.length === bitmaps.length,
      forcedPicture: forced.length === 0 ? null : { ...plane, bitmaps: forced.map(({ bitmap }) => bitmap) },
    }
  }

  /** `null` when there are no colours to show it in: the plane stays as it is. */
  #bitmaps(what: PresentationComposition): readonly { readonly use: CompositionObject; readonly bitmap: Bitmap }[] | null {
    if (what.objects.length === 0) return []
    const entries = this.#palettes.get(what.paletteIdRef)
    if (entries === undefined) {
      this.#warn("pg-palette", `composition ${what.compositionNumber} needs palette ${what.paletteIdRef}, which is not there`)
      return null
    }
    const palette = rgbaPalette(entries.values(), what.videoHeight)
    if (what.objects.length > MAX_COMPOSITION_OBJECTS) {
      this.#warn(
        "pg-objects",
        `composition ${what.compositionNumber} shows ${what.objects.length} objects; the first ${MAX_COMPOSITION_OBJECTS} are drawn`,
      )
    }
    return what.objects.slice(0, MAX_COMPOSITION_OBJECTS).flatMap((use) => {
      const object = this.#objects.get(use.objectIdRef)
      if (object === undefined) {
        this.#warn("pg-object", `composition ${what.compositionNumber} shows object ${use.objectIdRef}, which is not there`)
        return []
      }
      const bitmap = placeObject(object, use, what, palette)
      return bitmap === null ? [] : [{ use, bitmap }]
    })
  }

  #warn(code: string, message: string): void {
    this.#warnings.add(code, message, { path: this.#path })
  }
}

/** An object where the composition puts it, cut at its cropping rectangle and at the plane's edge; `null` when nothing is left. */
function placeObject(object: GraphicsObject, use: CompositionObject, plane: PresentationComposition, palette: Uint8Array): Bitmap | null {
  const { x, y } = use
  const crop = use.crop ?? { x: 0, y: 0, width: object.width, height: object.height }
  const width = Math.min(crop.width, object.width - crop.x, plane.videoWidth - x)
  const height = Math.min(crop.height, object.height - crop.y, plane.videoHeight - y)
  if (width <= 0 || height <= 0) return null
  if (width === object.width && height === object.height) return { x, y, width, height, indices: object.indices, palette }
  const indices = new Uint8Array(width * height)
  for (let line = 0; line < height; line++) {
    const from = (crop.y + line) * object.width + crop.x
    indices.set(object.indices.subarray(from, from + width), line * width)
  }
  return { x, y, width, height, indices, palette }
}
