import type { StreamAttributes } from "../../../../src/disc/bluray/index.ts"
import type { FieldWriter } from "./write-fields.ts"

/** stream_attributes() of a playlist: 5 bytes. */
export function writePlayListAttributes(w: FieldWriter, attributes: StreamAttributes): void {
  w.sized(1, "stream_attributes", () => writeAttributes(w, attributes, "playlist", 5))
}

/** StreamCodingInfo() of a clip: 21 bytes, the recording's code in 5 to 16. */
export function writeClipAttributes(w: FieldWriter, attributes: StreamAttributes, isrc: string | null): void {
  w.sized(1, "StreamCodingInfo", () => {
    writeAttributes(w, attributes, "clip", 5)
    w.text(isrc ?? "\0".repeat(12), "ISRC").zeros(4, "reserved")
  })
}

function writeAttributes(w: FieldWriter, attributes: StreamAttributes, place: "playlist" | "clip", size: number): void {
  const start = w.length
  w.u8(attributes.streamCodingType, "stream_coding_type")
  switch (attributes.kind) {
    case "video": {
      w.u8((attributes.videoFormat << 4) | attributes.frameRate, "video_format")
      const isHevc = attributes.streamCodingType === 0x24
      const cr = attributes.crFlag ? 1 : 0
      if (place === "clip") w.u8(((attributes.aspectRatio ?? 0) << 4) | cr, "aspect_ratio")
      if (isHevc) w.u8(((attributes.dynamicRangeType ?? 0) << 4) | (attributes.colorSpace ?? 0), "dynamic_range_type")
      const plus = attributes.hdrPlusFlag
      if (isHevc) w.u8(place === "clip" ? (plus ? 0x80 : 0) : (cr << 7) | (plus ? 0x40 : 0), "hdr_plus_flag")
      break
    }
    case "audio":
      w.u8((attributes.audioPresentationType << 4) | attributes.samplingFrequency, "audio_presentation_type")
      writeLanguage(w, attributes.languageCode)
      break
    case "text":
      w.u8(attributes.characterCode, "character_code")
      writeLanguage(w, attributes.languageCode)
      break
    case "pg":
    case "ig":
      writeLanguage(w, attributes.languageCode)
      break
    case "unknown":
  }
  w.zeros(size - (w.length - start), "reserved")
}

function writeLanguage(w: FieldWriter, code: string | null): void {
  w.text(code ?? "\0\0\0", "language_code")
}
