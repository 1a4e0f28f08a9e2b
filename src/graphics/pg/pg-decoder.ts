import type { ByteReader, Warnings } from "../../base/index.ts"
import type { Bitmap, PlanePicture } from "../bitmap.ts"
import type { CompositionObject } from "../display-set/composition-object.ts"
import { parseObjectFragment } from "../display-set/object.ts"
import { type PlaneColours, rgbaPalette } from "../display-set/palette.ts"
import { PaletteStore } from "../display-set/palette-store.ts"
import { placeObject } from "../display-set/place-object.ts"
import { forEachSegment, SEGMENT } from "../display-set/segments.ts"
import { type PresentationComposition, parsePresentationComposition } from "./composition.ts"
import { ObjectStore } from "./object-store.ts"
import { parseWindowDefinition } from "./windows.ts"

/** What the plane shows from `pts` (90 kHz, the composition's own) on: a completed display set. No bitmaps: cleared. */
export type PgPicture = {
  readonly pts: number
  readonly picture: PlanePicture
  /** Everything in it is to be shown even when the viewer has switched subtitles off. */
  readonly forced: boolean
  /** What of it is to be shown even then; null for nothing. A cleared plane clears this too. */
  readonly forcedPicture: PlanePicture | null
}

/** Palettes of one epoch, as in the specification. */
const MAX_PALETTES = 8

/** Objects on the plane at once, as in the specification; each may be a cropped copy, so that more would be memory without bound. */
const MAX_COMPOSITION_OBJECTS = 2

/**
 * Decodes a Presentation Graphics stream, segment by segment. Damage is a warning: what a display set lacks is left out of its picture.
 * Windows change no picture: each composition names all that is shown, so a new one replaces the whole plane.
 */
export class PgDecoder {
  readonly #warnings: Warnings
  readonly #path: string
  readonly #colours: PlaneColours
  readonly #objects: ObjectStore
  readonly #palettes = new PaletteStore(MAX_PALETTES)
  #composition: { readonly pts: number; readonly what: PresentationComposition } | null = null
  /** False until an epoch start or acquisition point: what came before it is not known. */
  #synchronised = false

  /** `path`: where the stream is from, for warnings. */
  constructor(warnings: Warnings, path = "presentation graphics", colours: PlaneColours = "sdr") {
    this.#warnings = warnings
    this.#path = path
    this.#colours = colours
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
    forEachSegment(segments, this.#path, {
      take: (type, segment) => {
        const picture = this.#take(type, segment, pts)
        if (picture !== null) pictures.push(picture)
      },
      damaged: (error) => this.#warnings.add("pg-segment", error.message, error.place),
    })
    return pictures
  }

  #take(type: number, segment: ByteReader, pts: number | null): PgPicture | null {
    switch (type) {
      case SEGMENT.presentation:
        this.#compose(segment, pts)
        return null
      case SEGMENT.palette:
        if (this.#composition !== null) this.#palettes.define(segment, this.#composition.what.compositionState)
        return null
      case SEGMENT.object:
        if (this.#composition !== null) this.#objects.add(parseObjectFragment(segment))
        return null
      case SEGMENT.end:
        return this.#end()
      case SEGMENT.windows:
        // Only so that damage is told.
        parseWindowDefinition(segment)
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
    const palette = rgbaPalette(entries, what.videoHeight, this.#colours)
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
