export type { AccessUnit, CodecName } from "./access-unit.ts"
export { type CaptionPair, CaptionReader } from "./captions/index.ts"
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
export { type NavigationPack, parseNavigationPack } from "./program-stream/navigation-pack.ts"
export type { Segment } from "./segment.ts"
export type { AudioStreamParameters, StreamParameters, VideoStreamParameters } from "./stream-parameters.ts"
export { TRUEHD_CORE, TransportStreamDemuxer, type TransportStreamOptions, type TransportStreamSink } from "./transport-stream/demuxer.ts"
export type { PacketSize } from "./transport-stream/packet-size.ts"
export { sourcePacketTimes } from "./transport-stream/packet-times.ts"
export type { ProgramMap } from "./transport-stream/program-map.ts"
export type { ProgramStreamEntry } from "./transport-stream/stream-types.ts"
export { TransportStreamWriter, type TransportStreamWriterOptions, type WriterUnit } from "./transport-stream/writer.ts"
export type { WriterStream } from "./transport-stream/writer-streams.ts"
