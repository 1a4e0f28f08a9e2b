export type { AccessUnit, CodecName } from "./access-unit.ts"
export type { DamageCode } from "./damage.ts"
export { ProgramStreamDemuxer, type ProgramStreamOptions, type ProgramStreamSink } from "./program-stream/demuxer.ts"
export {
  highlightStatus,
  isNavigationPack,
  navigationPackLbn,
  vobuCellId,
  vobuEndAddress,
  vobuEndPtm,
  vobuSequenceEndPtm,
  vobuStartPtm,
  vobuVobId,
} from "./program-stream/navigation-fields.ts"
export type { Segment } from "./segment.ts"
export type { AudioStreamParameters, StreamParameters, VideoStreamParameters } from "./stream-parameters.ts"
