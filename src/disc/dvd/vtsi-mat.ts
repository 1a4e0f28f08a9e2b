import { type ByteReader, type Sector, sector } from "../../base/index.ts"
import { type MultichannelExtension, readMultichannelExtension } from "./multichannel-extension.ts"
import { readStreamAttributes, type StreamAttributes } from "./stream-attributes.ts"

/** Video title set information management table: the first sector of VTS_xx_0.IFO. Sectors count from its start; null: no such table. */
export type VtsiMat = {
  readonly vtsLastSector: Sector
  readonly vtsiLastSector: Sector
  readonly specificationVersion: number
  /** 1: karaoke. */
  readonly vtsCategory: number
  readonly vtsmVobs: Sector | null
  readonly vtsttVobs: Sector | null
  readonly vtsPttSrpt: Sector | null
  readonly vtsPgcit: Sector | null
  readonly vtsmPgciUt: Sector | null
  readonly vtsTmapt: Sector | null
  readonly vtsmCAdt: Sector | null
  readonly vtsmVobuAdmap: Sector | null
  readonly vtsCAdt: Sector | null
  readonly vtsVobuAdmap: Sector | null
  readonly menuStreams: StreamAttributes
  readonly titleStreams: StreamAttributes
  /** By audio stream number; says something only where `audio[n].multichannelExtension` is set. */
  readonly multichannelExtensions: readonly MultichannelExtension[]
}

const AUDIO_STREAMS = 8
const MULTICHANNEL_EXTENSION_SIZE = 24

/** Layout: libdvdread `vtsi_mat_t`. */
export function parseVtsiMat(file: ByteReader): VtsiMat {
  const mat = file.from(0, "vtsIdentifier")
  const identifier = mat.ascii(12, "vtsIdentifier")
  if (identifier !== "DVDVIDEO-VTS") throw mat.error("damaged", "vtsIdentifier", `${JSON.stringify(identifier)}, expected "DVDVIDEO-VTS"`)
  const vtsLastSector = sector(mat.u32("vtsLastSector"))
  mat.skip(12, "reserved")
  const vtsiLastSector = sector(mat.u32("vtsiLastSector"))
  mat.skip(1, "reserved")
  const specificationVersion = mat.u8("specificationVersion")
  const vtsCategory = mat.u32("vtsCategory")
  const pointers = file.from(0xc0, "vtsmVobs")
  const pointer = (field: string) => {
    const value = pointers.u32(field)
    return value === 0 ? null : sector(value)
  }
  const extensions = file.from(0x318, "multichannelExtensions")
  return {
    vtsLastSector,
    vtsiLastSector,
    specificationVersion,
    vtsCategory,
    vtsmVobs: pointer("vtsmVobs"),
    vtsttVobs: pointer("vtsttVobs"),
    vtsPttSrpt: pointer("vtsPttSrpt"),
    vtsPgcit: pointer("vtsPgcit"),
    vtsmPgciUt: pointer("vtsmPgciUt"),
    vtsTmapt: pointer("vtsTmapt"),
    vtsmCAdt: pointer("vtsmCAdt"),
    vtsmVobuAdmap: pointer("vtsmVobuAdmap"),
    vtsCAdt: pointer("vtsCAdt"),
    vtsVobuAdmap: pointer("vtsVobuAdmap"),
    menuStreams: readStreamAttributes(file.from(0x100, "vtsmAttributes")),
    titleStreams: readStreamAttributes(file.from(0x200, "vtsAttributes")),
    multichannelExtensions: extensions.list(
      AUDIO_STREAMS,
      MULTICHANNEL_EXTENSION_SIZE,
      "multichannelExtensions",
      readMultichannelExtension,
    ),
  }
}
