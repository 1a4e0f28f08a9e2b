import { BitReader } from "../base/index.ts"

// The parts of H.264's headers that lie around the marking of reference pictures, ITU-T H.264 7.3.2.1, 7.3.2.2 and 7.3.3.

export type SliceSps = {
  readonly id: number
  readonly frameNumBits: number
  readonly frameMbsOnly: boolean
  readonly separatePlanes: boolean
  readonly hasChroma: boolean
  readonly orderType: number
  readonly orderLsbBits: number
  readonly deltaOrderAlwaysZero: boolean
  /** Bit of the payload where gaps_in_frame_num_value_allowed_flag is. */
  readonly gapsFlagAt: number
}

export type SlicePps = {
  readonly id: number
  readonly spsId: number
  readonly cabac: boolean
  readonly orderInFrame: boolean
  readonly refIdxActive: readonly [number, number]
  readonly weightedPrediction: boolean
  readonly weightedBiprediction: number
  readonly deblockingControl: boolean
  readonly redundantPictures: boolean
}

/** memory_management_control_operation and its operands, 7.3.3.3. */
export type MarkingCommand = { readonly operation: number; readonly operands: readonly number[] }

export type SliceMarking = {
  readonly frameNum: number
  readonly field: boolean
  readonly bottom: boolean
  readonly idr: boolean
  readonly sps: SliceSps
  /** null: not in this slice. Empty: the sliding window. */
  readonly commands: readonly MarkingCommand[] | null
  /** Bits of the payload behind the NAL header: the marking from `start` to `end`, the slice header's end, and how the data is coded. */
  readonly start: number
  readonly end: number
  readonly headerEnd: number
  readonly cabac: boolean
}

const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])
/** num_ref_frames_in_pic_order_cnt_cycle, ITU-T H.264 7.4.2.1.1. */
const MAX_ORDER_CYCLE = 255
/** A picture has at most 32 reference fields to say something of. */
const MAX_COMMANDS = 66
/** A list has at most 32 entries, each moved once, and an end (7.4.3.1); twice that is surely no slice. */
const MAX_LIST_MODIFICATIONS = 66
/** 7.4.3: num_ref_idx_active_minus1 is at most 31. */
const MAX_REF_IDX = 32

export function readSliceSps(payload: Uint8Array): SliceSps | null {
  const bits = new BitReader(payload, "H.264 SPS")
  const profile = bits.bits(8, "profile_idc")
  bits.skip(16, "constraint_set_flags, level_idc")
  const id = bits.ue("seq_parameter_set_id")
  let [format, separatePlanes] = [1, false]
  if (HIGH_PROFILES.has(profile)) {
    format = bits.ue("chroma_format_idc")
    if (format === 3) separatePlanes = bits.flag("separate_colour_plane_flag")
    bits.ue("bit_depth_luma_minus8")
    bits.ue("bit_depth_chroma_minus8")
    bits.flag("qpprime_y_zero_transform_bypass_flag")
    // Discs have none; whoever has is left as it is.
    if (bits.flag("seq_scaling_matrix_present_flag")) return null
  }
  const frameNumBits = bits.ue("log2_max_frame_num_minus4") + 4
  const orderType = bits.ue("pic_order_cnt_type")
  const orderLsbBits = orderType === 0 ? bits.ue("log2_max_pic_order_cnt_lsb_minus4") + 4 : 0
  const deltaOrderAlwaysZero = orderType === 1 && readOrderCycle(bits)
  bits.ue("max_num_ref_frames")
  const gapsFlagAt = payload.length * 8 - bits.remainingBits
  bits.flag("gaps_in_frame_num_value_allowed_flag")
  bits.ue("pic_width_in_mbs_minus1")
  bits.ue("pic_height_in_map_units_minus1")
  const frameMbsOnly = bits.flag("frame_mbs_only_flag")
  if (frameNumBits > 16 || orderLsbBits > 16) return null
  const hasChroma = format !== 0 && !separatePlanes
  return { id, frameNumBits, frameMbsOnly, separatePlanes, hasChroma, orderType, orderLsbBits, deltaOrderAlwaysZero, gapsFlagAt }
}

function readOrderCycle(bits: BitReader): boolean {
  const alwaysZero = bits.flag("delta_pic_order_always_zero_flag")
  bits.se("offset_for_non_ref_pic")
  bits.se("offset_for_top_to_bottom_field")
  const count = Math.min(bits.ue("num_ref_frames_in_pic_order_cnt_cycle"), MAX_ORDER_CYCLE)
  for (let i = 0; i < count; i++) bits.se("offset_for_ref_frame")
  return alwaysZero
}

/** null: slice groups, which no disc has. */
export function readSlicePps(payload: Uint8Array): SlicePps | null {
  const bits = new BitReader(payload, "H.264 PPS")
  const id = bits.ue("pic_parameter_set_id")
  const spsId = bits.ue("seq_parameter_set_id")
  const cabac = bits.flag("entropy_coding_mode_flag")
  const orderInFrame = bits.flag("bottom_field_pic_order_in_frame_present_flag")
  if (bits.ue("num_slice_groups_minus1") > 0) return null
  const refIdxActive = [bits.ue("num_ref_idx_l0_default_active_minus1") + 1, bits.ue("num_ref_idx_l1_default_active_minus1") + 1] as const
  const weightedPrediction = bits.flag("weighted_pred_flag")
  const weightedBiprediction = bits.bits(2, "weighted_bipred_idc")
  bits.se("pic_init_qp_minus26")
  bits.se("pic_init_qs_minus26")
  bits.se("chroma_qp_index_offset")
  const deblockingControl = bits.flag("deblocking_filter_control_present_flag")
  bits.flag("constrained_intra_pred_flag")
  const redundantPictures = bits.flag("redundant_pic_cnt_present_flag")
  return { id, spsId, cabac, orderInFrame, refIdxActive, weightedPrediction, weightedBiprediction, deblockingControl, redundantPictures }
}

type ParameterSets = { readonly sps: ReadonlyMap<number, SliceSps>; readonly pps: ReadonlyMap<number, SlicePps> }

/** The slice header of a NAL unit with this first byte; `payload` is what follows it. null: its parameter sets are not known. */
export function readSliceMarking(header: number, payload: Uint8Array, sets: ParameterSets): SliceMarking | null {
  const bits = new BitReader(payload, "H.264 slice")
  const position = () => payload.length * 8 - bits.remainingBits
  bits.ue("first_mb_in_slice")
  const type = bits.ue("slice_type") % 5
  const pps = sets.pps.get(bits.ue("pic_parameter_set_id"))
  const sps = pps === undefined ? undefined : sets.sps.get(pps.spsId)
  if (pps === undefined || sps === undefined) return null
  if (sps.separatePlanes) bits.skip(2, "colour_plane_id")
  const frameNum = bits.bits(sps.frameNumBits, "frame_num")
  const field = !sps.frameMbsOnly && bits.flag("field_pic_flag")
  const bottom = field && bits.flag("bottom_field_flag")
  const idr = (header & 0x1f) === 5
  if (idr) bits.ue("idr_pic_id")
  skipOrder(bits, sps, pps, field)
  if (pps.redundantPictures) bits.ue("redundant_pic_cnt")
  skipReferences(bits, type, sps, pps)
  const start = position()
  const commands = (header & 0x60) === 0 ? null : readMarking(bits, idr)
  const end = position()
  skipRest(bits, type, pps)
  return { frameNum, field, bottom, idr, sps, commands, start, end, headerEnd: position(), cabac: pps.cabac }
}

function skipOrder(bits: BitReader, sps: SliceSps, pps: SlicePps, field: boolean): void {
  const both = pps.orderInFrame && !field
  if (sps.orderType === 0) {
    bits.skip(sps.orderLsbBits, "pic_order_cnt_lsb")
    if (both) bits.se("delta_pic_order_cnt_bottom")
  }
  if (sps.orderType === 1 && !sps.deltaOrderAlwaysZero) {
    bits.se("delta_pic_order_cnt[0]")
    if (both) bits.se("delta_pic_order_cnt[1]")
  }
}

/** slice_type modulo 5, table 7-6; 0 is P. */
const [B, I, SP, SI] = [1, 2, 3, 4]

function skipReferences(bits: BitReader, type: number, sps: SliceSps, pps: SlicePps): void {
  if (type === B) bits.flag("direct_spatial_mv_pred_flag")
  if (type === I || type === SI) return
  let active = pps.refIdxActive
  if (bits.flag("num_ref_idx_active_override_flag")) {
    active = [bits.ue("num_ref_idx_l0_active_minus1") + 1, type === B ? bits.ue("num_ref_idx_l1_active_minus1") + 1 : active[1]]
  }
  const lists = type === B ? 2 : 1
  for (let list = 0; list < lists; list++) skipListModification(bits)
  const weighted = type === B ? pps.weightedBiprediction === 1 : pps.weightedPrediction
  if (weighted) skipWeights(bits, active.slice(0, lists), sps.hasChroma)
}

function skipListModification(bits: BitReader): void {
  if (!bits.flag("ref_pic_list_modification_flag")) return
  for (let i = 0; i < MAX_LIST_MODIFICATIONS; i++) {
    if (bits.ue("modification_of_pic_nums_idc") === 3) return
    bits.ue("abs_diff_pic_num_minus1")
  }
}

function skipWeights(bits: BitReader, counts: readonly number[], hasChroma: boolean): void {
  bits.ue("luma_log2_weight_denom")
  if (hasChroma) bits.ue("chroma_log2_weight_denom")
  for (const count of counts) {
    for (let i = 0; i < Math.min(count, MAX_REF_IDX); i++) {
      if (bits.flag("luma_weight_flag")) for (let k = 0; k < 2; k++) bits.se("luma weight and offset")
      if (hasChroma && bits.flag("chroma_weight_flag")) for (let k = 0; k < 4; k++) bits.se("chroma weights and offsets")
    }
  }
}

/** Operands of each memory_management_control_operation, 7.3.3.3. */
const OPERANDS: readonly number[] = [0, 1, 1, 2, 1, 0, 1]

function readMarking(bits: BitReader, idr: boolean): readonly MarkingCommand[] {
  if (idr) {
    bits.skip(2, "no_output_of_prior_pics_flag, long_term_reference_flag")
    return []
  }
  if (!bits.flag("adaptive_ref_pic_marking_mode_flag")) return []
  const commands: MarkingCommand[] = []
  for (let i = 0; i < MAX_COMMANDS; i++) {
    const operation = bits.ue("memory_management_control_operation")
    if (operation === 0) break
    commands.push({ operation, operands: Array.from({ length: OPERANDS[operation] ?? 0 }, () => bits.ue("operand")) })
  }
  return commands
}

function skipRest(bits: BitReader, type: number, pps: SlicePps): void {
  if (pps.cabac && type !== I && type !== SI) bits.ue("cabac_init_idc")
  bits.se("slice_qp_delta")
  if (type === SP) bits.flag("sp_for_switch_flag")
  if (type === SP || type === SI) bits.se("slice_qs_delta")
  if (!pps.deblockingControl) return
  if (bits.ue("disable_deblocking_filter_idc") === 1) return
  bits.se("slice_alpha_c0_offset_div2")
  bits.se("slice_beta_offset_div2")
}
