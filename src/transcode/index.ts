export { H264Marking } from "./h264-marking.ts"
export { converterCounts, openConverter } from "./open-converter.ts"
export { warmUp } from "./process.ts"
export { SILENT_CONFIG, SILENT_FRAME, SILENT_FRAME_TICKS } from "./silence.ts"
export { steadySize } from "./steady-size.ts"
export { makeThumbnail } from "./thumbnail.ts"
export type {
  AudioParametersOutput,
  Converter,
  ConverterOptions,
  ConverterStats,
  EndOutput,
  KeyPicture,
  LoweredOutput,
  OutputItem,
  PacketOutput,
  ParametersOutput,
  ThumbnailOptions,
  VideoParametersOutput,
  WarningOutput,
} from "./types.ts"
