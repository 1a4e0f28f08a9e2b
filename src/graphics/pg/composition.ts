import type { ByteReader } from "../../base/index.ts"
import {
  type CompositionObject,
  type CompositionState,
  readCompositionObject,
  compositionState as readState,
} from "../display-set/composition-object.ts"

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

/** Layout: libbluray `pg_decode.c`. `segment` is the segment's content, without type and length. @throws DiscError `damaged` */
export function parsePresentationComposition(segment: ByteReader): PresentationComposition {
  const videoWidth = segment.u16("video_width")
  const videoHeight = segment.u16("video_height")
  segment.skip(1, "frame_rate")
  const compositionNumber = segment.u16("composition_number")
  const compositionState = readState(segment.u8("composition_state"))
  const paletteUpdate = (segment.u8("palette_update_flag") & 0x80) !== 0
  const paletteIdRef = segment.u8("palette_id_ref")
  const count = segment.u8("number_of_composition_objects")
  const objects = Array.from({ length: count }, () => readCompositionObject(segment))
  return { videoWidth, videoHeight, compositionNumber, compositionState, paletteUpdate, paletteIdRef, objects }
}
