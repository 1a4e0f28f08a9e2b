import type { CodecName } from "../access-unit.ts"
import { AdtsSplitter } from "./aac.ts"
import { Ac3Splitter } from "./ac3.ts"
import { DtsSplitter } from "./dts.ts"
import { H264Splitter } from "./h264.ts"
import { HevcSplitter } from "./hevc.ts"
import { BlurayLpcmSplitter } from "./lpcm.ts"
import { MpegAudioSplitter } from "./mpeg-audio.ts"
import { MpegVideoSplitter } from "./mpeg-video.ts"
import { SegmentSplitter } from "./segments.ts"
import type { Splitter, SplitterSink } from "./splitter.ts"
import { TrueHdSplitter } from "./truehd.ts"
import { Vc1Splitter } from "./vc1.ts"

/** The splitter of a transport stream's codec; null for the two that only program streams of DVDs carry. `coreStreamId`: where a TrueHD stream's AC-3 core goes. */
export function createSplitter(codec: CodecName, streamId: number, coreStreamId: number, sink: SplitterSink): Splitter | null {
  switch (codec) {
    case "mpeg1video":
    case "mpeg2video":
      return new MpegVideoSplitter(streamId, sink)
    case "h264":
      return new H264Splitter(streamId, sink)
    case "hevc":
      return new HevcSplitter(streamId, sink)
    case "vc1":
      return new Vc1Splitter(streamId, sink)
    case "mp1":
    case "mp2":
    case "mp3":
      return new MpegAudioSplitter(streamId, sink)
    case "aac":
      return new AdtsSplitter(streamId, sink)
    case "ac3":
    case "eac3":
      return new Ac3Splitter(streamId, codec, sink)
    case "dts":
      return new DtsSplitter(streamId, sink)
    case "truehd":
    case "mlp":
      return new TrueHdSplitter(streamId, coreStreamId, sink)
    case "pcm_bluray":
      return new BlurayLpcmSplitter(streamId, sink)
    case "hdmv_pgs_subtitle":
    case "hdmv_ig":
    case "hdmv_text_subtitle":
      return new SegmentSplitter(streamId, sink)
    case "pcm_dvd":
    case "dvd_subtitle":
      return null
  }
}
