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
  /** As video attributes have it: 1 for 23.976 and so on. */
  readonly frameRateCode: number
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
  const frameRateCode = segment.u8("frame_rate") >> 4
  const compositionNumber = segment.u16("composition_number")
  const compositionState = readState(segment.u8("composition_state"))
  const paletteUpdate = (segment.u8("palette_update_flag") & 0x80) !== 0
  const paletteIdRef = segment.u8("palette_id_ref")
  const count = segment.u8("number_of_composition_objects")
  const objects = Array.from({ length: count }, () => readCompositionObject(segment))
  return { videoWidth, videoHeight, frameRateCode, compositionNumber, compositionState, paletteUpdate, paletteIdRef, objects }
}
