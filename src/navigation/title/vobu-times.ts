import { DiscError, type ReadOptions, SECTOR_SIZE, type Source, type Ticks, ticks } from "../../base/index.ts"
import { isNavigationPack, vobuEndPtm, vobuStartPtm } from "../../mpeg/index.ts"

/** What a title's plan needs of one navigation pack. */
export type VobuTimes = {
  /** PCI vobu_s_ptm and vobu_e_ptm: when the VOBU's first picture begins and its last ends, on the VOB's clock. */
  readonly startPtm: Ticks
  readonly endPtm: Ticks
  /** DSI ilvu_ea and ilvu_sa, in sectors from this pack; null outside interleaved units, or where no unit follows. */
  readonly ilvuEnd: number | null
  readonly nextIlvuStart: number | null
}

/** SML_PBI begins 32 bytes into the DSI, behind DSI_GI: libdvdread nav_types.h. */
const SML_PBI = 0x407 + 32
const CATEGORY_ILVU = 0x4000
const NO_ILVU = new Set([0, 0x7fffffff, 0xffffffff])

/** The times of the navigation pack in a sector; null when the sector holds none or cannot be read. @throws DiscError of the source */
export async function readVobuTimes(vobs: Source, sectorNumber: number, options?: ReadOptions): Promise<VobuTimes | null> {
  try {
    return parseVobuTimes(await vobs.read(sectorNumber * SECTOR_SIZE, SECTOR_SIZE, options))
  } catch (error) {
    if (error instanceof DiscError && error.code === "read-failed") return null
    throw error
  }
}

export function parseVobuTimes(pack: Uint8Array): VobuTimes | null {
  if (!isNavigationPack(pack)) return null
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength)
  const isInterleaved = (view.getUint16(SML_PBI) & CATEGORY_ILVU) !== 0
  const address = (at: number) => (isInterleaved && !NO_ILVU.has(view.getUint32(at)) ? view.getUint32(at) : null)
  return {
    startPtm: ticks(vobuStartPtm(pack)),
    endPtm: ticks(vobuEndPtm(pack)),
    ilvuEnd: address(SML_PBI + 2),
    nextIlvuStart: address(SML_PBI + 6),
  }
}
