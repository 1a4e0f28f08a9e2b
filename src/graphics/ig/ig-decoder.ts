import { ByteReader, type Warnings } from "../../base/index.ts"
import { FragmentJoiner } from "../display-set/fragment-joiner.ts"
import { parseObjectFragment } from "../display-set/object.ts"
import { type PlaneColours, rgbaPalette } from "../display-set/palette.ts"
import { PaletteStore } from "../display-set/palette-store.ts"
import { forEachSegment, SEGMENT } from "../display-set/segments.ts"
import { CompositionJoiner } from "./composition-joiner.ts"
import { type InteractiveComposition, parseInteractiveComposition } from "./interactive-composition.ts"
import { type CodedObject, DecodedObjects, ObjectLibrary, readCodedObject } from "./object-library.ts"

/** A complete display set: a menu and all that it shows. */
export type InteractiveGraphics = {
  /** When a multiplexed menu is shown, 90 kHz, the composition's own; of a preloaded one it says nothing. */
  readonly pts: number | null
  readonly composition: InteractiveComposition
  /** By palette_id: R, G, B, A for each index, 256 times. */
  readonly palettes: ReadonlyMap<number, Uint8Array>
  readonly objects: ObjectLibrary
}

/** palette_id has 8 bits. */
const MAX_PALETTES = 256
/** As many as the specification has numbers for (object_id 0 to 4095). */
const MAX_OBJECTS = 4096
/** Noise that fills a 1920 by 1080 plane takes 4 MiB. */
const MAX_OBJECT_BYTES = 8 * 1024 * 1024
/** Coded objects of one epoch. The specification's buffer for decoded ones is 16 MiB, and code is smaller. */
const MAX_CODED_BYTES = 32 * 1024 * 1024

/** Decodes an Interactive Graphics stream, segment by segment. Damage is a warning: what a display set lacks is left out of its pages. */
export class IgDecoder {
  readonly #warnings: Warnings
  readonly #path: string
  readonly #colours: PlaneColours
  readonly #palettes = new PaletteStore(MAX_PALETTES)
  readonly #fragments: FragmentJoiner
  readonly #compositions = new CompositionJoiner()
  #decoded: DecodedObjects
  #objects = new Map<number, CodedObject>()
  #codedBytes = 0
  #composition: { readonly pts: number | null; readonly what: InteractiveComposition } | null = null
  /** False until an epoch start or acquisition point: what came before it is not known. */
  #synchronised = false

  /** `path`: where the stream is from, for warnings. */
  constructor(warnings: Warnings, path = "interactive graphics", colours: PlaneColours = "sdr") {
    this.#warnings = warnings
    this.#path = path
    this.#colours = colours
    this.#fragments = new FragmentJoiner(path, MAX_OBJECT_BYTES)
    this.#decoded = new DecodedObjects(warnings)
  }

  /** Bytes of coded and decoded objects held for the display set to come. */
  get heldBytes(): number {
    return this.#codedBytes + this.#decoded.heldBytes
  }

  /** Forgets everything: the stream goes on at another place. Display sets that were handed out stay whole. */
  reset(): void {
    this.#startEpoch()
    this.#compositions.clear()
    this.#composition = null
    this.#synchronised = false
  }

  /** A display set has begun, and its end has not come. */
  get isReading(): boolean {
    return this.#composition !== null
  }

  /**
   * Takes whole segments (type, length, content) as one PES packet brings them, usually one.
   * @param pts the packet's presentation time, 90 kHz
   * @returns the display sets that ended with them
   */
  push(segments: Uint8Array, pts: number | null): readonly InteractiveGraphics[] {
    const sets: InteractiveGraphics[] = []
    forEachSegment(segments, this.#path, {
      take: (type, segment) => {
        const set = this.#take(type, segment, pts)
        if (set !== null) sets.push(set)
      },
      damaged: (error) => this.#warnings.add("ig-segment", error.message, error.place),
    })
    return sets
  }

  #take(type: number, segment: ByteReader, pts: number | null): InteractiveGraphics | null {
    switch (type) {
      case SEGMENT.interactive:
        this.#compose(segment, pts)
        return null
      case SEGMENT.palette:
        if (this.#composition !== null) this.#palettes.define(segment, this.#composition.what.compositionState)
        return null
      case SEGMENT.object:
        if (this.#composition !== null) this.#addObject(segment)
        return null
      case SEGMENT.end:
        return this.#end()
      default:
        throw segment.error("unsupported", "segment_type", `there is no segment of type ${type} in a menu`)
    }
  }

  /** @throws DiscError `damaged` */
  #compose(segment: ByteReader, pts: number | null): void {
    const whole = this.#compositions.add(segment, pts)
    this.#composition = null
    if (whole === null) return
    const what = parseInteractiveComposition(new ByteReader(whole.content, this.#path))
    if (what.compositionState === "epoch-start") this.#startEpoch()
    if (what.compositionState !== "normal") this.#synchronised = true
    if (this.#synchronised) this.#composition = { pts: whole.pts, what }
  }

  #startEpoch(): void {
    this.#objects = new Map()
    this.#decoded = new DecodedObjects(this.#warnings)
    this.#codedBytes = 0
    this.#palettes.clear()
    this.#fragments.clear()
  }

  /** @throws DiscError `damaged`, `limit` */
  #addObject(segment: ByteReader): void {
    // Objects outlive the packets that bring them.
    const copy = new ByteReader(new Uint8Array(segment.bytes(segment.remaining, "object_definition_segment")), this.#path)
    const joined = this.#fragments.add(parseObjectFragment(copy))
    if (joined === null) return
    const { id, data } = joined
    const known = this.#objects.get(id)
    // Acquisition points repeat objects: what is decoded stays so.
    if (known !== undefined && isSame(known.data, data)) return
    this.#codedBytes -= known?.data.length ?? 0
    this.#objects.delete(id)
    if (this.#objects.size >= MAX_OBJECTS) throw segment.error("limit", "object_id", `more than ${MAX_OBJECTS} objects in one epoch`)
    if (this.#codedBytes + data.length > MAX_CODED_BYTES) {
      throw segment.error("limit", "object_data_fragment", `the objects of one epoch have more than ${MAX_CODED_BYTES} bytes`)
    }
    this.#objects.set(id, readCodedObject(id, data))
    this.#codedBytes += data.length
  }

  #end(): InteractiveGraphics | null {
    const composition = this.#composition
    this.#composition = null
    if (composition === null) return null
    const palettes = new Map<number, Uint8Array>()
    for (const id of this.#palettes.ids()) {
      palettes.set(id, rgbaPalette(this.#palettes.get(id) ?? [], composition.what.videoHeight, this.#colours))
    }
    // A copy: the next display set of the epoch changes the map.
    const objects = new ObjectLibrary(new Map(this.#objects), this.#decoded)
    return { pts: composition.pts, composition: composition.what, palettes, objects }
  }
}

function isSame(a: ByteReader, b: ByteReader): boolean {
  if (a.length !== b.length) return false
  const other = b.from(0, "object_data").bytes(b.length, "object_data")
  return a
    .from(0, "object_data")
    .bytes(a.length, "object_data")
    .every((byte, at) => byte === other[at])
}

/** What a PES packet of an IG stream brings, and when it is shown (90 kHz). */
export type IgUnit = { readonly data: Uint8Array; readonly pts: number | null }

/**
 * All display sets of a stream that is at hand whole: a preloaded menu's clip (sub path type 3), which is read before its playlist starts.
 * Its first display set is what the menu begins with; discs have no other.
 */
export function decodeInteractiveGraphics(
  units: Iterable<IgUnit>,
  warnings: Warnings,
  path = "interactive graphics",
  colours: PlaneColours = "sdr",
): readonly InteractiveGraphics[] {
  const decoder = new IgDecoder(warnings, path, colours)
  const sets: InteractiveGraphics[] = []
  for (const { data, pts } of units) {
    for (const set of decoder.push(data, pts)) {
      if (sets.length >= MAX_PRELOADED_SETS) {
        warnings.add("ig-display-sets", `a preloaded menu has more than ${MAX_PRELOADED_SETS} display sets`, { path })
        return sets
      }
      sets.push(set)
    }
  }
  return sets
}

/** Discs have one. */
const MAX_PRELOADED_SETS = 64
