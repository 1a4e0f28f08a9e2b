import type { ByteReader } from "../../base/index.ts"
import { type CompositionObject, readCompositionObject } from "../display-set/composition-object.ts"
import { type ButtonOverlapGroup, readButtonOverlapGroup, readIdRef } from "./button.ts"

/** A rectangle that effects draw in. */
export type Window = { readonly id: number; readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** One picture of an effect. */
export type Effect = {
  /** 90 kHz ticks. */
  readonly duration: number
  readonly paletteIdRef: number
  readonly objects: readonly CompositionObject[]
}

export type EffectSequence = { readonly windows: readonly Window[]; readonly effects: readonly Effect[] }

export type Page = {
  readonly id: number
  readonly version: number
  /** UO_mask_table, 8 bytes as on the disc. */
  readonly userOperationMask: Uint8Array
  readonly inEffects: EffectSequence
  readonly outEffects: EffectSequence
  /** Pictures of a button's animation are shown for so many pictures of the video; 0: only the first is shown. */
  readonly animationFrameRateCode: number
  readonly defaultSelectedButtonIdRef: number | null
  readonly defaultActivatedButtonIdRef: number | null
  readonly paletteIdRef: number
  readonly buttonOverlapGroups: readonly ButtonOverlapGroup[]
}

const WINDOW_SIZE = 9
const USER_OPERATION_MASK_SIZE = 8

/** Layout: libbluray `ig_decode.c`. Reads one page; the reader stands behind it then. @throws DiscError `damaged` */
export function readPage(data: ByteReader): Page {
  return {
    id: data.u8("page_id"),
    version: data.u8("page_version_number"),
    userOperationMask: data.bytes(USER_OPERATION_MASK_SIZE, "UO_mask_table").slice(),
    inEffects: readEffectSequence(data),
    outEffects: readEffectSequence(data),
    animationFrameRateCode: data.u8("animation_frame_rate_code"),
    defaultSelectedButtonIdRef: readIdRef(data, "default_selected_button_id_ref"),
    defaultActivatedButtonIdRef: readIdRef(data, "default_activated_button_id_ref"),
    paletteIdRef: data.u8("palette_id_ref"),
    buttonOverlapGroups: Array.from({ length: data.u8("number_of_BOGs") }, () => readButtonOverlapGroup(data)),
  }
}

function readEffectSequence(data: ByteReader): EffectSequence {
  const windows = data.list(data.u8("number_of_windows"), WINDOW_SIZE, "window", (window) => ({
    id: window.u8("window_id"),
    x: window.u16("window_horizontal_position"),
    y: window.u16("window_vertical_position"),
    width: window.u16("window_width"),
    height: window.u16("window_height"),
  }))
  const effects = Array.from({ length: data.u8("number_of_effects") }, () => ({
    duration: data.u24("effect_duration"),
    paletteIdRef: data.u8("palette_id_ref"),
    objects: Array.from({ length: data.u8("number_of_composition_objects") }, () => readCompositionObject(data)),
  }))
  return { windows, effects }
}
