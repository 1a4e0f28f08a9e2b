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

const COMPOSITION_STATES: readonly CompositionState[] = ["normal", "acquisition-point", "epoch-start", "epoch-continue"]

/** The state in a composition descriptor's last byte. */
export const compositionState = (byte: number): CompositionState => COMPOSITION_STATES[byte >> 6] ?? "normal"

/** As in subtitles' compositions and in the effects of menu pages. Layout: libbluray `pg_decode.c`. @throws DiscError `damaged` */
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
