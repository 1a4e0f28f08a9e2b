import { BitReader, DiscError } from "../../base/index.ts"
import { aspectText, rateText, type VideoStreamParameters } from "../stream-parameters.ts"
import { EXTENDED_ASPECT, MAX_PARAMETER_SET, rbspOf, SAMPLE_ASPECTS } from "./rbsp.ts"

/** What the splitter and the writer need of a sequence parameter set. */
export type H264Sps = {
  readonly id: number
  readonly parameters: VideoStreamParameters
  readonly separateColourPlanes: boolean
  readonly frameNumBits: number
  readonly frameMbsOnly: boolean
  /** Ticks of one frame; a binary fraction or nearly one; null where the stream names no rate. */
  readonly frameDuration: number | null
  /** Frames may be shown in another order than they are decoded in. */
  readonly reorders: boolean
}

/** What the splitter needs of a picture parameter set. */
export type H264Pps = { readonly id: number; readonly spsId: number }

/** Profiles with chroma_format_idc, ITU-T H.264 7.3.2.1.1. */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])
/** ITU-T H.264 7.4.2.1.1. */
const MAX_SPS_ID = 31
/** ITU-T H.264 7.4.2.2. */
const MAX_PPS_ID = 255
/** num_ref_frames_in_pic_order_cnt_cycle is at most this, 7.4.2.1.1. */
const MAX_CYCLE = 255
/** cpb_cnt_minus1 is at most 31, E.2.2. */
const MAX_CPB_COUNT = 32

/** Sequence parameter set, ITU-T H.264 7.3.2.1; `from` is the NAL unit's first byte. null: cut short or out of the ranges of 7.4.2.1. */
export function parseH264Sps(bytes: Uint8Array, from: number, to: number): H264Sps | null {
  return orNull(() => readSps(new BitReader(rbspOf(bytes, from + 1, to, MAX_PARAMETER_SET), "H.264 SPS")))
}

/** The first fields of a picture parameter set, 7.3.2.2. */
export function parseH264Pps(bytes: Uint8Array, from: number, to: number): H264Pps | null {
  return orNull(() => {
    const bits = new BitReader(rbspOf(bytes, from + 1, to, 16), "H.264 PPS")
    const id = bits.ue("pic_parameter_set_id")
    const spsId = bits.ue("seq_parameter_set_id")
    return id > MAX_PPS_ID || spsId > MAX_SPS_ID ? null : { id, spsId }
  })
}

/** Damage in a stream is not the caller's: a broken header is no header. */
export function orNull<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof DiscError) return null
    throw error
  }
}

function readSps(bits: BitReader): H264Sps | null {
  const profile = bits.bits(8, "profile_idc")
  bits.skip(8, "constraint_set_flags")
  const level = bits.bits(8, "level_idc")
  const id = bits.ue("seq_parameter_set_id")
  const chroma = HIGH_PROFILES.has(profile) ? readHighProfile(bits) : { format: 1, separate: false }
  const frameNumBits = bits.ue("log2_max_frame_num_minus4") + 4
  const orderType = skipPictureOrder(bits)
  bits.ue("max_num_ref_frames")
  bits.flag("gaps_in_frame_num_value_allowed_flag")
  const widthInMbs = bits.ue("pic_width_in_mbs_minus1") + 1
  const heightInMapUnits = bits.ue("pic_height_in_map_units_minus1") + 1
  const frameMbsOnly = bits.flag("frame_mbs_only_flag")
  if (!frameMbsOnly) bits.flag("mb_adaptive_frame_field_flag")
  bits.flag("direct_8x8_inference_flag")
  const crop = readCrop(bits, chroma.format, chroma.separate, frameMbsOnly)
  const width = widthInMbs * 16 - crop.horizontal
  const height = heightInMapUnits * 16 * (frameMbsOnly ? 1 : 2) - crop.vertical
  if (id > MAX_SPS_ID || frameNumBits > 16 || width <= 0 || height <= 0 || width > 16384 || height > 16384) return null
  const vui = bits.flag("vui_parameters_present_flag") ? (orNull(() => readVui(bits)) ?? NO_VUI) : NO_VUI
  const rate = vui.rate === null ? null : rateText(vui.rate[0], vui.rate[1])
  return {
    ...{ id, frameNumBits, frameMbsOnly, separateColourPlanes: chroma.separate },
    frameDuration: vui.rate === null || rate === null ? null : (90_000 * vui.rate[1]) / vui.rate[0],
    reorders: orderType !== 2 && vui.reorderFrames !== 0,
    parameters: {
      ...({ kind: "video", codec: "h264", width, height, frameRate: rate } as const),
      aspect: aspectText(width * vui.sampleAspect[0], height * vui.sampleAspect[1]),
      ...{ interlaced: !frameMbsOnly, profile, level },
    },
  }
}

function readHighProfile(bits: BitReader): { format: number; separate: boolean } {
  const format = bits.ue("chroma_format_idc")
  const separate = format === 3 && bits.flag("separate_colour_plane_flag")
  bits.ue("bit_depth_luma_minus8")
  bits.ue("bit_depth_chroma_minus8")
  bits.flag("qpprime_y_zero_transform_bypass_flag")
  if (bits.flag("seq_scaling_matrix_present_flag")) {
    for (let i = 0; i < (format === 3 ? 12 : 8); i++) if (bits.flag("seq_scaling_list_present_flag")) skipScalingList(bits, i < 6 ? 16 : 64)
  }
  return { format, separate }
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8
  let next = 8
  for (let i = 0; i < size; i++) {
    if (next !== 0) next = (last + bits.se("delta_scale") + 256) & 255
    if (next !== 0) last = next
  }
}

function skipPictureOrder(bits: BitReader): number {
  const type = bits.ue("pic_order_cnt_type")
  if (type === 0) bits.ue("log2_max_pic_order_cnt_lsb_minus4")
  if (type === 1) {
    bits.flag("delta_pic_order_always_zero_flag")
    bits.se("offset_for_non_ref_pic")
    bits.se("offset_for_top_to_bottom_field")
    const count = Math.min(bits.ue("num_ref_frames_in_pic_order_cnt_cycle"), MAX_CYCLE)
    for (let i = 0; i < count; i++) bits.se("offset_for_ref_frame")
  }
  return type
}

function readCrop(bits: BitReader, format: number, separate: boolean, frameMbsOnly: boolean): { horizontal: number; vertical: number } {
  if (!bits.flag("frame_cropping_flag")) return { horizontal: 0, vertical: 0 }
  const horizontal = bits.ue("frame_crop_left_offset") + bits.ue("frame_crop_right_offset")
  const vertical = bits.ue("frame_crop_top_offset") + bits.ue("frame_crop_bottom_offset")
  const subsampledX = !separate && (format === 1 || format === 2) ? 2 : 1
  const subsampledY = (!separate && format === 1 ? 2 : 1) * (frameMbsOnly ? 1 : 2)
  return { horizontal: horizontal * subsampledX, vertical: vertical * subsampledY }
}

type Vui = {
  readonly sampleAspect: readonly [number, number]
  readonly rate: readonly [number, number] | null
  readonly reorderFrames: number | null
}
const NO_VUI: Vui = { sampleAspect: [0, 0], rate: null, reorderFrames: null }

/** VUI parameters, ITU-T H.264 E.1.1. */
function readVui(bits: BitReader): Vui {
  const sampleAspect = readSampleAspect(bits)
  if (bits.flag("overscan_info_present_flag")) bits.flag("overscan_appropriate_flag")
  if (bits.flag("video_signal_type_present_flag")) {
    bits.skip(4, "video_format, video_full_range_flag")
    if (bits.flag("colour_description_present_flag")) bits.skip(24, "colour description")
  }
  if (bits.flag("chroma_loc_info_present_flag")) {
    bits.ue("chroma_sample_loc_type_top_field")
    bits.ue("chroma_sample_loc_type_bottom_field")
  }
  const rate = bits.flag("timing_info_present_flag") ? readTiming(bits) : null
  const nalHrd = bits.flag("nal_hrd_parameters_present_flag")
  if (nalHrd) skipHrd(bits)
  const vclHrd = bits.flag("vcl_hrd_parameters_present_flag")
  if (vclHrd) skipHrd(bits)
  if (nalHrd || vclHrd) bits.flag("low_delay_hrd_flag")
  bits.flag("pic_struct_present_flag")
  return { sampleAspect, rate, reorderFrames: bits.flag("bitstream_restriction_flag") ? readReorder(bits) : null }
}

/** aspect_ratio_info of H.264 and H.265 VUI; 0:0 is unspecified. */
export function readSampleAspect(bits: BitReader): readonly [number, number] {
  if (!bits.flag("aspect_ratio_info_present_flag")) return [0, 0]
  const idc = bits.bits(8, "aspect_ratio_idc")
  if (idc === EXTENDED_ASPECT) return [bits.bits(16, "sar_width"), bits.bits(16, "sar_height")]
  return SAMPLE_ASPECTS[idc] ?? [0, 0]
}

function readTiming(bits: BitReader): readonly [number, number] | null {
  const unitsInTick = bits.bits(32, "num_units_in_tick")
  const timeScale = bits.bits(32, "time_scale")
  bits.flag("fixed_frame_rate_flag")
  // A tick is a field.
  return unitsInTick === 0 || timeScale === 0 ? null : [timeScale, unitsInTick * 2]
}

function skipHrd(bits: BitReader): void {
  const count = Math.min(bits.ue("cpb_cnt_minus1") + 1, MAX_CPB_COUNT)
  bits.skip(8, "bit_rate_scale, cpb_size_scale")
  for (let i = 0; i < count; i++) {
    bits.ue("bit_rate_value_minus1")
    bits.ue("cpb_size_value_minus1")
    bits.flag("cbr_flag")
  }
  bits.skip(20, "delay lengths, time_offset_length")
}

function readReorder(bits: BitReader): number {
  bits.flag("motion_vectors_over_pic_boundaries_flag")
  bits.ue("max_bytes_per_pic_denom")
  bits.ue("max_bits_per_mb_denom")
  bits.ue("log2_max_mv_length_horizontal")
  bits.ue("log2_max_mv_length_vertical")
  return bits.ue("max_num_reorder_frames")
}
