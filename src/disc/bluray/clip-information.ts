import { type ByteReader, DiscError, type Warnings } from "../../base/index.ts"
import { type ClipInfo, readClipInfo } from "./clip-info.ts"
import { type Cpi, EMPTY_CPI, readCpi } from "./cpi.ts"
import { readExtensionData } from "./extension-data.ts"
import { type ProgramSequence, readProgramInfo } from "./program-info.ts"
import { type AtcSequence, readSequenceInfo } from "./sequence-info.ts"
import { readStructureHeader } from "./structure-header.ts"

/** One .clpi file: what a transport stream holds, and where pictures begin in it. */
export type ClipInformation = {
  readonly versionNumber: string
  readonly clipInfo: ClipInfo
  readonly atcSequences: readonly AtcSequence[]
  readonly programSequences: readonly ProgramSequence[]
  readonly cpi: Cpi
  /** 3D, extension 2.4: source packet numbers where the extents of the interleaved file (SSIF) begin in this clip. */
  readonly extentStartPoints: Uint32Array
  /** 3D, extension 2.5: the streams of the dependent view. */
  readonly programSequencesSs: readonly ProgramSequence[]
  /** 3D, extension 2.6: the entry points of the dependent view. */
  readonly cpiSs: Cpi
}

const CLIP_INFO_ADDRESS = 40

/**
 * CLIPINF/*.clpi. Layout: libbluray `clpi_parse.c`. Extension data that cannot be read is a warning (`structure-part`).
 * @throws DiscError `damaged`
 */
export function parseClipInformation(file: ByteReader, warnings?: Warnings): ClipInformation {
  const start = file.from(0, "type_indicator")
  const versionNumber = readStructureHeader(start, "HDMV")
  const sequenceInfoAddress = start.u32("SequenceInfo_start_address")
  const programInfoAddress = start.u32("ProgramInfo_start_address")
  const cpiAddress = start.u32("CPI_start_address")
  start.skip(4, "ClipMark_start_address")
  const extensionAddress = start.u32("ExtensionData_start_address")

  const clipInfo = readClipInfo(file.from(CLIP_INFO_ADDRESS, "ClipInfo"))
  const atcSequences = readSequenceInfo(file.from(sequenceInfoAddress, "SequenceInfo_start_address"))
  const programSequences = readProgramInfo(file.from(programInfoAddress, "ProgramInfo_start_address"))
  const cpi = readCpi(file.from(cpiAddress, "CPI_start_address"))
  return {
    versionNumber,
    clipInfo,
    atcSequences,
    programSequences,
    cpi,
    ...readExtensions(file, extensionAddress, warnings),
  }
}

type Extensions = Pick<ClipInformation, "extentStartPoints" | "programSequencesSs" | "cpiSs">

function readExtensions(file: ByteReader, address: number, warnings: Warnings | undefined): Extensions {
  const found = { extentStartPoints: new Uint32Array(), programSequencesSs: [] as readonly ProgramSequence[], cpiSs: EMPTY_CPI }
  try {
    for (const { id1, id2, block } of readExtensionData(file, address)) {
      if (id1 !== 2) continue
      if (id2 === 4) found.extentStartPoints = readExtentStartPoints(block)
      if (id2 === 5) found.programSequencesSs = readProgramInfo(block)
      if (id2 === 6) found.cpiSs = readCpi(block)
    }
  } catch (error) {
    if (!(error instanceof DiscError)) throw error
    warnings?.add("structure-part", `${error.message}; this part of the file is left out`, error.place)
  }
  return found
}

/** Extent_Start_Point(). tsMuxer writes two reserved bytes and a count of two bytes, which libbluray reads as one count of four: the same. */
function readExtentStartPoints(block: ByteReader): Uint32Array<ArrayBuffer> {
  const body = block.window(block.u32("Extent_Start_Point.length"), "Extent_Start_Point")
  const count = body.u32("number_of_extent_start_points")
  return Uint32Array.from(body.list(count, 4, "SPN_extent_start", (point) => point.u32("SPN_extent_start")))
}
