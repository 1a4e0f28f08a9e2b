import { DiscError } from "../../base/index.ts"
import { TransportStreamWriter, type WriterStream } from "../../mpeg/index.ts"
import type { AudioParametersOutput, VideoParametersOutput } from "../../transcode/index.ts"
import type { LiveUnit } from "./output-clock.ts"

/** The parameters of both tracks from a moment on. */
export type LiveTracks = { readonly video: VideoParametersOutput; readonly audio: AudioParametersOutput }

/** The output begins at 0, and the writer's clock runs 0.7 s behind it. */
const SHIFT = 90_000
const VIDEO = 0
const AUDIO = 1

/** Units of the output as the packets of one transport stream. */
export class LiveWriter {
  readonly #writer: TransportStreamWriter

  constructor(tracks: LiveTracks) {
    this.#writer = new TransportStreamWriter({ streams: streamsOf(tracks), shift: SHIFT })
  }

  setTracks(tracks: LiveTracks): void {
    this.#writer.setStreams(streamsOf(tracks))
  }

  write({ track, ...unit }: LiveUnit): Uint8Array {
    return this.#writer.write(track === "video" ? VIDEO : AUDIO, unit)
  }
}

function streamsOf({ video, audio }: LiveTracks): readonly [WriterStream, WriterStream] {
  if (audio.codec !== "aac") throw new DiscError("unsupported", `${audio.codec} sound cannot go to a television as it is`)
  return [
    { codec: video.codec, parameterSets: video.extradata },
    { codec: "aac", config: audio.extradata },
  ]
}
