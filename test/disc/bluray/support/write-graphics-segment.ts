import type { CompositionObject } from "../../../../src/graphics/display-set/composition-object.ts"
import type { ObjectFragment } from "../../../../src/graphics/display-set/object.ts"
import type { PaletteDefinition } from "../../../../src/graphics/display-set/palette.ts"
import type { PresentationComposition } from "../../../../src/graphics/pg/composition.ts"
import type { PgWindow } from "../../../../src/graphics/pg/windows.ts"
import { FieldWriter, type Written } from "./write-fields.ts"

/** Content of a Presentation Composition Segment again, as it was read. */
export function writePresentationComposition(composition: PresentationComposition): Written {
  const w = new FieldWriter()
  w.u16(composition.videoWidth, "video_width").u16(composition.videoHeight, "video_height")
  w.u8(composition.frameRateCode << 4, "frame_rate").u16(composition.compositionNumber, "composition_number")
  w.u8({ normal: 0, "acquisition-point": 1, "epoch-start": 2, "epoch-continue": 3 }[composition.compositionState] << 6, "composition_state")
  w.u8(composition.paletteUpdate ? 0x80 : 0, "palette_update_flag").u8(composition.paletteIdRef, "palette_id_ref")
  w.u8(composition.objects.length, "number_of_composition_objects")
  w.each(composition.objects, "composition_object", (object) => writeCompositionObject(w, object))
  return w.finish()
}

function writeCompositionObject(w: FieldWriter, { objectIdRef, windowIdRef, forcedOn, x, y, crop }: CompositionObject): void {
  w.u16(objectIdRef, "object_id_ref").u8(windowIdRef, "window_id_ref")
  w.u8((crop === null ? 0 : 0x80) | (forcedOn ? 0x40 : 0), "object_cropped_flag, forced_on_flag")
  w.u16(x, "horizontal_position").u16(y, "vertical_position")
  if (crop !== null)
    w.u16(crop.x, "cropping_x").u16(crop.y, "cropping_y").u16(crop.width, "cropping_width").u16(crop.height, "cropping_height")
}

/** Content of a Window Definition Segment. */
export function writeWindows(windows: readonly PgWindow[]): Written {
  const w = new FieldWriter().u8(windows.length, "number_of_windows")
  return w
    .each(windows, "window", ({ id, x, y, width, height }) =>
      w.u8(id, "window_id").u16(x, "horizontal_position").u16(y, "vertical_position").u16(width, "width").u16(height, "height"),
    )
    .finish()
}

export function writePalette({ id, version, entries }: PaletteDefinition): Written {
  const w = new FieldWriter().u8(id, "palette_id").u8(version, "palette_version_number")
  return w
    .each(entries, "palette_entry", (entry) => w.bytes(Uint8Array.of(entry.id, entry.y, entry.cr, entry.cb, entry.t), "YCrCbT"))
    .finish()
}

/** `data`: the fragment's part of the object. */
export function writeObjectFragment({ id, version, first, last }: ObjectFragment, data: Uint8Array): Written {
  const w = new FieldWriter().u16(id, "object_id").u8(version, "object_version_number")
  return w
    .u8((first ? 0x80 : 0) | (last ? 0x40 : 0), "first_in_sequence, last_in_sequence")
    .bytes(data, "object_data_fragment")
    .finish()
}
