import { type ByteReader, type Sector, sector } from "../../base/index.ts"
import { readStreamAttributes, type StreamAttributes } from "./stream-attributes.ts"

/** Video manager information management table: the first sector of VIDEO_TS.IFO. Sectors count from its start; null: no such table. */
export type VmgiMat = {
  readonly vmgLastSector: Sector
  readonly vmgiLastSector: Sector
  /** 0x11 is version 1.1. */
  readonly specificationVersion: number
  readonly vmgCategory: number
  /** Bit n set: forbidden in region n + 1. Part of `vmgCategory`. */
  readonly prohibitedRegions: number
  readonly nrOfVolumes: number
  readonly thisVolumeNr: number
  readonly discSide: number
  readonly nrOfTitleSets: number
  /** Trailing zeros and spaces are cut. */
  readonly providerIdentifier: string
  /** Eight bytes, hex. */
  readonly posCode: string
  /** In bytes, from the start of the file. */
  readonly firstPlayPgc: number | null
  readonly vmgmVobs: Sector | null
  readonly ttSrpt: Sector | null
  readonly vmgmPgciUt: Sector | null
  readonly ptlMait: Sector | null
  readonly vtsAtrt: Sector | null
  readonly txtdtMgi: Sector | null
  readonly vmgmCAdt: Sector | null
  readonly vmgmVobuAdmap: Sector | null
  readonly menuStreams: StreamAttributes
}

/** VTS_01 to VTS_99: file names have two digits, and the tables follow them. */
export const MAX_TITLE_SETS = 99

/** Layout: libdvdread `vmgi_mat_t`. */
export function parseVmgiMat(file: ByteReader): VmgiMat {
  const mat = file.from(0, "vmgIdentifier")
  const identifier = mat.ascii(12, "vmgIdentifier")
  if (identifier !== "DVDVIDEO-VMG") throw mat.error("damaged", "vmgIdentifier", `${JSON.stringify(identifier)}, expected "DVDVIDEO-VMG"`)
  const vmgLastSector = sector(mat.u32("vmgLastSector"))
  mat.skip(12, "reserved")
  const vmgiLastSector = sector(mat.u32("vmgiLastSector"))
  mat.skip(1, "reserved")
  const specificationVersion = mat.u8("specificationVersion")
  const vmgCategory = mat.u32("vmgCategory")
  const nrOfVolumes = mat.u16("nrOfVolumes")
  const thisVolumeNr = mat.u16("thisVolumeNr")
  const discSide = mat.u8("discSide")
  mat.skip(19, "reserved")
  const nrOfTitleSets = mat.u16("nrOfTitleSets")
  if (nrOfTitleSets < 1 || nrOfTitleSets > MAX_TITLE_SETS) {
    throw mat.error("damaged", "nrOfTitleSets", `${nrOfTitleSets}; a disc has 1 to ${MAX_TITLE_SETS} title sets`)
  }
  const providerIdentifier = mat.ascii(32, "providerIdentifier").replace(/[\0 ]+$/, "")
  const posCode = [...mat.bytes(8, "posCode")].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  mat.skip(24 + 4, "reserved, vmgiLastByte")
  const firstPlayPgc = mat.u32("firstPlayPgc")
  mat.skip(56, "reserved")
  const pointer = (field: string) => sectorOrNull(mat.u32(field))
  return {
    vmgLastSector,
    vmgiLastSector,
    specificationVersion,
    vmgCategory,
    prohibitedRegions: (vmgCategory >>> 16) & 0xff,
    nrOfVolumes,
    thisVolumeNr,
    discSide,
    nrOfTitleSets,
    providerIdentifier,
    posCode,
    firstPlayPgc: firstPlayPgc === 0 ? null : firstPlayPgc,
    vmgmVobs: pointer("vmgmVobs"),
    ttSrpt: pointer("ttSrpt"),
    vmgmPgciUt: pointer("vmgmPgciUt"),
    ptlMait: pointer("ptlMait"),
    vtsAtrt: pointer("vtsAtrt"),
    txtdtMgi: pointer("txtdtMgi"),
    vmgmCAdt: pointer("vmgmCAdt"),
    vmgmVobuAdmap: pointer("vmgmVobuAdmap"),
    menuStreams: readStreamAttributes(file.from(0x100, "vmgmAttributes")),
  }
}

const sectorOrNull = (value: number): Sector | null => (value === 0 ? null : sector(value))
