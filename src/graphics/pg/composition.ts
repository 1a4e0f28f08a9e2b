import type { ByteReader } from "../../base/index.ts"

/** A rectangle of an object, in the object's own pixels. */
export type CropRectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** One use of an object on the plane; `x` and `y` are where its upper left pixel, after cropping, lies. */
export type CompositionObject = {
  readonly objectIdRef: number
  readonly windowIdRef: number
  readonly forcedOn: boolean
  readonly x: number
  readonly y: number
  readonly crop: CropRectangle | null
}

/** `epoch-start` forgets all that came before; decoding can begin there and at `acquisition-point`, which repeats all that is needed. */
export type CompositionState = "normal" | "acquisition-point" | "epoch-start" | "epoch-continue"

/** Presentation Composition Segment: what the plane shows. */
export type PresentationComposition = {
  readonly videoWidth: number
  readonly videoHeight: number
  readonly compositionNumber: number
  readonly compositionState: CompositionState
  /** Only colours change against the composition before. */
  readonly paletteUpdate: boolean
  readonly paletteIdRef: number
  readonly objects: readonly CompositionObject[]
}

export const COMPOSITION_STATES: readonly CompositionState[] = ["normal", "acquisition-point", "epoch-start", "epoch-continue"]

/** Layout: libbluray `pg_decode.c`. `segment` is the segment's content, without type and length. @throws DiscError `damaged` */
export function parsePresentationComposition(segment: ByteReader): PresentationComposition {
  const videoWidth = segment.u16("video_width")
  const videoHeight = segment.u16("video_height")
  segment.skip(1, "frame_rate")
  const compositionNumber = segment.u16("composition_number")
  const compositionState = COMPOSITION_STATES[segment.u8("composition_state") >> 6] ?? "normal"
  const paletteUpdate = (segment.u8("palette_update_flag") & 0x80) !== 0
  const paletteIdRef = segment.u8("palette_id_ref")
  const count = segment.u8("number_of_composition_objects")
  const objects = Array.from({ length: count }, () => readCompositionObject(segment))
  return { videoWidth, videoHeight, compositionNumber, compositionState, paletteUpdate, paletteIdRef, objects }
}

/** As in compositions and in the effects of menu pages. @throws DiscError `damaged` */
export function readCompositionObject(segment: ByteReader): CompositionObject {
  const objectIdRef = segment.u16("object_id_ref")
  const windowIdRef = segment.u8("window_id_ref")
  const flags = segment.u8("object_cropped_flag, forced_on_flag")
  const x = segment.u16("composition_object_horizontal_position")
  const y = segment.u16("composition_object_vertical_position")
  return { objectIdRef, windowIdRef, forcedOn: (flags & 0x40) !== 0, x, y, crop: (flags & 0x80) === 0 ? null : readCrop(segment) }
}

function readCrop(segment: ByteReader): CropRectangle {
  return {
    x: segment.u16("object_cropping_horizontal_position"),
    y: segment.u16("object_cropping_vertical_position"),
    width: segment.u16("object_cropping_width"),
    height: segment.u16("object_cropping_height"),
  }
}
