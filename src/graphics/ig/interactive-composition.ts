import type { ByteReader } from "../../base/index.ts"
import { type CompositionState, compositionState as readState } from "../display-set/composition-object.ts"
import { type Page, readPage } from "./page.ts"

/** Interactive Composition Segment: a menu. Times and durations are 90 kHz ticks. */
export type InteractiveComposition = {
  readonly videoWidth: number
  readonly videoHeight: number
  readonly frameRateCode: number
  readonly compositionNumber: number
  readonly compositionState: CompositionState
  /** `preloaded`: the menu comes in a clip of its own (out of mux), read before the playlist starts. */
  readonly streamModel: "multiplexed" | "preloaded"
  readonly userInterfaceModel: "always-on" | "pop-up"
  /** When a multiplexed menu goes away, and when its default button is activated; `null` where it is preloaded. 0: never. */
  readonly timeOuts: { readonly compositionTimeOutPts: number; readonly selectionTimeOutPts: number } | null
  /** A pop-up menu without a key for so long goes away; 0: never. */
  readonly userTimeOutDuration: number
  readonly pages: readonly Page[]
}

/** Video, composition and sequence descriptor: what each part of a segment in parts begins with. */
const PART_HEADER_SIZE = 9
const SEQUENCE_DESCRIPTOR = 8
const FIRST_IN_SEQUENCE = 0x80
const LAST_IN_SEQUENCE = 0x40

/** A composition larger than a segment comes in parts; gives their joined content, as one segment would have it. */
export function joinCompositionParts(parts: readonly Uint8Array[]): Uint8Array {
  const [first, ...rest] = parts
  if (first === undefined) return new Uint8Array(0)
  const tails = rest.map((part) => part.subarray(PART_HEADER_SIZE))
  const joined = new Uint8Array(first.length + tails.reduce((sum, tail) => sum + tail.length, 0))
  joined.set(first)
  let at = first.length
  for (const tail of tails) {
    joined.set(tail, at)
    at += tail.length
  }
  const isWhole = ((parts.at(-1)?.[SEQUENCE_DESCRIPTOR] ?? 0) & LAST_IN_SEQUENCE) !== 0
  if (isWhole && joined.length > SEQUENCE_DESCRIPTOR) joined[SEQUENCE_DESCRIPTOR] = (joined[SEQUENCE_DESCRIPTOR] ?? 0) | LAST_IN_SEQUENCE
  return joined
}

/** Layout: libbluray `ig_decode.c`. `segment` is a whole segment's content, without type and length. @throws DiscError `damaged` */
export function parseInteractiveComposition(segment: ByteReader): InteractiveComposition {
  const videoWidth = segment.u16("video_width")
  const videoHeight = segment.u16("video_height")
  const frameRateCode = segment.u8("frame_rate") >> 4
  const compositionNumber = segment.u16("composition_number")
  const compositionState = readState(segment.u8("composition_state"))
  const sequence = segment.u8("first_in_sequence, last_in_sequence")
  if ((sequence & FIRST_IN_SEQUENCE) === 0 || (sequence & LAST_IN_SEQUENCE) === 0) {
    throw segment.error("damaged", "last_in_sequence", "parts of the menu's composition are missing")
  }
  const data = segment.window(segment.u24("interactive_composition_data_length"), "interactive_composition")
  const models = data.u8("stream_model, user_interface_model")
  const streamModel = (models & 0x80) === 0 ? "multiplexed" : "preloaded"
  return {
    videoWidth,
    videoHeight,
    frameRateCode,
    compositionNumber,
    compositionState,
    streamModel,
    userInterfaceModel: (models & 0x40) === 0 ? "always-on" : "pop-up",
    timeOuts:
      streamModel === "preloaded"
        ? null
        : { compositionTimeOutPts: pts(data, "composition_time_out_pts"), selectionTimeOutPts: pts(data, "selection_time_out_pts") },
    userTimeOutDuration: data.u24("user_time_out_duration"),
    pages: Array.from({ length: data.u8("number_of_pages") }, () => readPage(data)),
  }
}

/** Seven bits of nothing and 33 bits of time. */
function pts(data: ByteReader, field: string): number {
  return (data.u8(field) & 1) * 2 ** 32 + data.u32(field)
}
