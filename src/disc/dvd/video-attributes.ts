import { BitReader, type ByteReader } from "../../base/index.ts"

/** Two bytes. Layout: libdvdread `video_attr_t`. */
export type VideoAttributes = {
  readonly mpegVersion: 1 | 2 | null
  readonly videoFormat: "ntsc" | "pal" | null
  readonly displayAspectRatio: "4:3" | "16:9" | null
  /** What a 4:3 screen may show of a 16:9 picture. */
  readonly panScanPermitted: boolean
  readonly letterboxPermitted: boolean
  /** Closed captions in line 21 of field 1 and of field 2 (NTSC). */
  readonly line21Field1: boolean
  readonly line21Field2: boolean
  readonly constantBitRate: boolean
  /** In pixels. */
  readonly width: number
  readonly height: number
  /** The 4:3 picture carries black bars of its own. */
  readonly letterboxed: boolean
  /** Film (25p on PAL discs) and not camera. */
  readonly filmMode: boolean
}

const WIDTHS = [720, 704, 352, 352] as const

export function readVideoAttributes(reader: ByteReader, field: string): VideoAttributes {
  const bits = new BitReader(reader.bytes(2, field), reader.path)
  const mpegVersion = bits.bits(2, field)
  const format = bits.bits(2, field)
  const aspect = bits.bits(2, field)
  const panScanForbidden = bits.flag(field)
  const letterboxForbidden = bits.flag(field)
  const line21Field1 = bits.flag(field)
  const line21Field2 = bits.flag(field)
  bits.skip(1, field)
  const constantBitRate = bits.flag(field)
  const pictureSize = bits.bits(2, field)
  const fullHeight = format === 0 ? 480 : 576
  return {
    mpegVersion: mpegVersion === 0 ? 1 : mpegVersion === 1 ? 2 : null,
    videoFormat: format === 0 ? "ntsc" : format === 1 ? "pal" : null,
    displayAspectRatio: aspect === 0 ? "4:3" : aspect === 3 ? "16:9" : null,
    panScanPermitted: !panScanForbidden,
    letterboxPermitted: !letterboxForbidden,
    line21Field1,
    line21Field2,
    constantBitRate,
    width: WIDTHS[pictureSize] ?? 720,
    height: pictureSize === 3 ? fullHeight / 2 : fullHeight,
    letterboxed: bits.flag(field),
    filmMode: bits.flag(field),
  }
}
