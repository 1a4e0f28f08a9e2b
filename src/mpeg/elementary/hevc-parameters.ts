import { BitReader } from "../../base/index.ts"
import { aspectText, rateText, type VideoStreamParameters } from "../stream-parameters.ts"
import { orNull, readSampleAspect } from "./h264-parameters.ts"
import { MAX_PARAMETER_SET, rbspOf } from "./rbsp.ts"

export type HevcSps = {
  readonly id: number
  readonly parameters: VideoStreamParameters
  /** Ticks of one picture; null where the stream names no rate. */
  readonly frameDuration: number | null
  readonly reorders: boolean
}

/** The bounds of ITU-T H.265 7.4.3.2.1. */
const MAX_SPS_ID = 15
/** sps_max_sub_layers_minus1 is at most 6. */
const MAX_SUB_LAYERS = 7
/** num_short_term_ref_pic_sets, 7.4.3.2.1. */
const MAX_SHORT_TERM_SETS = 64
/** A set's pictures all fit into the decoded picture buffer, which holds 16 at most, A.4.2. */
const MAX_SET_PICTURES = 16
/** num_long_term_ref_pics_sps, 7.4.3.2.1. */
const MAX_LONG_TERM_PICTURES = 32
const NAL_HEADER_SIZE = 2

/** Sequence parameter set, ITU-T H.265 7.3.2.2; `from` is the NAL unit's first byte. null: cut short or out of range. */
export function parseHevcSps(bytes: Uint8Array, from: number, to: number): HevcSps | null {
  return orNull(() => readSps(new BitReader(rbspOf(bytes, from + NAL_HEADER_SIZE, to, MAX_PARAMETER_SET), "HEVC SPS")))
}

function readSps(bits: BitReader): HevcSps | null {
  bits.skip(4, "sps_video_parameter_set_id")
  const subLayers = bits.bits(3, "sps_max_sub_layers_minus1") + 1
  bits.flag("sps_temporal_id_nesting_flag")
  if (subLayers > MAX_SUB_LAYERS) return null
  const tier = readProfileTierLevel(bits, subLayers)
  const id = bits.ue("sps_seq_parameter_set_id")
  const chroma = bits.ue("chroma_format_idc")
  const separate = chroma === 3 && bits.flag("separate_colour_plane_flag")
  const codedWidth = bits.ue("pic_width_in_luma_samples")
  const codedHeight = bits.ue("pic_height_in_luma_samples")
  const window = bits.flag("conformance_window_flag") ? readWindow(bits) : [0, 0, 0, 0]
  const unitX = !separate && (chroma === 1 || chroma === 2) ? 2 : 1
  const unitY = !separate && chroma === 1 ? 2 : 1
  const width = codedWidth - unitX * ((window[0] ?? 0) + (window[1] ?? 0))
  const height = codedHeight - unitY * ((window[2] ?? 0) + (window[3] ?? 0))
  if (id > MAX_SPS_ID || width <= 0 || height <= 0 || width > 16384 || height > 16384) return null
  const reorders = readReorder(bits, subLayers) > 0
  const vui = orNull(() => readToVui(bits)) ?? { sampleAspect: [0, 0] as const, rate: null, fields: false }
  const rate = vui.rate === null ? null : rateText(vui.rate[0], vui.rate[1])
  return {
    id,
    reorders,
    frameDuration: vui.rate === null || rate === null ? null : (90_000 * vui.rate[1]) / vui.rate[0],
    parameters: {
      ...({ kind: "video", codec: "hevc", width, height, frameRate: rate } as const),
      aspect: aspectText(width * vui.sampleAspect[0], height * vui.sampleAspect[1]),
      ...{ interlaced: vui.fields || tier.interlaced, profile: tier.profile, level: tier.level },
    },
  }
}

/** profile_tier_level, 7.3.3. */
function readProfileTierLevel(bits: BitReader, subLayers: number): { profile: number; level: number; interlaced: boolean } {
  bits.skip(3, "general_profile_space, general_tier_flag")
  const profile = bits.bits(5, "general_profile_idc")
  bits.skip(32, "general_profile_compatibility_flags")
  const progressive = bits.flag("general_progressive_source_flag")
  const interlaced = bits.flag("general_interlaced_source_flag")
  bits.skip(46, "general constraint flags")
  const level = bits.bits(8, "general_level_idc")
  const present = Array.from({ length: subLayers - 1 }, () => [
    bits.flag("sub_layer_profile_present_flag"),
    bits.flag("sub_layer_level_present_flag"),
  ])
  if (subLayers > 1) bits.skip((8 - (subLayers - 1)) * 2, "reserved_zero_2bits")
  for (const [hasProfile, hasLevel] of present) {
    if (hasProfile === true) bits.skip(88, "sub_layer profile")
    if (hasLevel === true) bits.skip(8, "sub_layer_level_idc")
  }
  return { profile, level, interlaced: interlaced && !progressive }
}

function readWindow(bits: BitReader): readonly number[] {
  return [bits.ue("left_offset"), bits.ue("right_offset"), bits.ue("top_offset"), bits.ue("bottom_offset")]
}

function readReorder(bits: BitReader, subLayers: number): number {
  bits.ue("bit_depth_luma_minus8")
  bits.ue("bit_depth_chroma_minus8")
  const orderBits = bits.ue("log2_max_pic_order_cnt_lsb_minus4") + 4
  const all = bits.flag("sps_sub_layer_ordering_info_present_flag")
  let reorder = 0
  for (let i = all ? 0 : subLayers - 1; i < subLayers; i++) {
    bits.ue("sps_max_dec_pic_buffering_minus1")
    reorder = bits.ue("sps_max_num_reorder_pics")
    bits.ue("sps_max_latency_increase_plus1")
  }
  for (let i = 0; i < 6; i++) bits.ue("block sizes and transform depths")
  if (bits.flag("scaling_list_enabled_flag") && bits.flag("sps_scaling_list_data_present_flag")) skipScalingLists(bits)
  bits.skip(2, "amp_enabled_flag, sample_adaptive_offset_enabled_flag")
  if (bits.flag("pcm_enabled_flag")) {
    bits.skip(8, "pcm bit depths")
    bits.ue("log2_min_pcm_luma_coding_block_size_minus3")
    bits.ue("log2_diff_max_min_pcm_luma_coding_block_size")
    bits.flag("pcm_loop_filter_disabled_flag")
  }
  skipShortTermSets(bits)
  if (bits.flag("long_term_ref_pics_present_flag")) {
    const count = Math.min(bits.ue("num_long_term_ref_pics_sps"), MAX_LONG_TERM_PICTURES)
    for (let i = 0; i < count; i++) bits.skip(orderBits + 1, "lt_ref_pic_poc_lsb_sps")
  }
  bits.skip(2, "sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag")
  return reorder
}

/** scaling_list_data, 7.3.4. */
function skipScalingLists(bits: BitReader): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.flag("scaling_list_pred_mode_flag")) {
        bits.ue("scaling_list_pred_matrix_id_delta")
        continue
      }
      if (size > 1) bits.se("scaling_list_dc_coef_minus8")
      for (let i = 0; i < Math.min(64, 1 << (4 + (size << 1))); i++) bits.se("scaling_list_delta_coef")
    }
  }
}

/** st_ref_pic_set, 7.3.7: only the number of pictures of each set has to be known. */
function skipShortTermSets(bits: BitReader): void {
  const sets = Math.min(bits.ue("num_short_term_ref_pic_sets"), MAX_SHORT_TERM_SETS)
  let pictures = 0
  for (let set = 0; set < sets; set++) {
    if (set > 0 && bits.flag("inter_ref_pic_set_prediction_flag")) {
      bits.flag("delta_rps_sign")
      bits.ue("abs_delta_rps_minus1")
      let used = 0
      for (let i = 0; i <= pictures; i++) if (bits.flag("used_by_curr_pic_flag") || bits.flag("use_delta_flag")) used++
      pictures = used
      continue
    }
    const negative = Math.min(bits.ue("num_negative_pics"), MAX_SET_PICTURES)
    const positive = Math.min(bits.ue("num_positive_pics"), MAX_SET_PICTURES)
    pictures = negative + positive
    for (let i = 0; i < pictures; i++) {
      bits.ue("delta_poc_minus1")
      bits.flag("used_by_curr_pic_flag")
    }
  }
}

type Vui = { readonly sampleAspect: readonly [number, number]; readonly rate: readonly [number, number] | null; readonly fields: boolean }

/** VUI parameters up to the timing, ITU-T H.265 E.2.1. */
function readToVui(bits: BitReader): Vui | null {
  if (!bits.flag("vui_parameters_present_flag")) return null
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
  bits.flag("neutral_chroma_indication_flag")
  const fields = bits.flag("field_seq_flag")
  bits.flag("frame_field_info_present_flag")
  if (bits.flag("default_display_window_flag")) readWindow(bits)
  if (!bits.flag("vui_timing_info_present_flag")) return { sampleAspect, rate: null, fields }
  const unitsInTick = bits.bits(32, "vui_num_units_in_tick")
  const timeScale = bits.bits(32, "vui_time_scale")
  return { sampleAspect, rate: unitsInTick === 0 || timeScale === 0 ? null : [timeScale, unitsInTick], fields }
}
