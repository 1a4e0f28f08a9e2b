import { type ReadOptions, SECTOR_SIZE, type Source, type Ticks, ticks } from "../../base/index.ts"

/** What a title's plan needs of one navigation pack. */
export type VobuTimes = {
  /** PCI vobu_s_ptm and vobu_e_ptm: when the VOBU's first picture begins and its last ends, on the VOB's clock. */
  readonly startPtm: Ticks
  readonly endPtm: Ticks
  /** DSI ilvu_ea and ilvu_sa, in sectors from this pack; null outside interleaved units, or where no unit follows. */
  readonly ilvuEnd: number | null
  readonly nextIlvuStart: number | null
}

// Layout of a navigation pack: libdvdread nav_types.h (pack header, system header, PCI packet, DSI packet at fixed places).
const PCI_PACKET = 0x26
const DSI_PACKET = 0x400
const PCI_GI = PCI_PACKET + 7
const VOBU_S_PTM = PCI_GI + 12
const VOBU_E_PTM = PCI_GI + 16
const SML_PBI = DSI_PACKET + 7 + 32
const PRIVATE_STREAM_2 = 0x1bf
const CATEGORY_ILVU = 0x4000
const NO_ILVU = new Set([0, 0x7fffffff, 0xffffffff])

/** The times of the navigation pack in a sector; null when the sector holds none. @throws DiscError of the source */
export async function readVobuTimes(vobs: Source, sectorNumber: number, options?: ReadOptions): Promise<VobuTimes | null> {
  const bytes = await vobs.read(sectorNumber * SECTOR_SIZE, SECTOR_SIZE, options)
  return parseVobuTimes(bytes)
}

export function parseVobuTimes(pack: Uint8Array): VobuTimes | null {
  if (pack.length < SECTOR_SIZE) return null
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength)
  if (view.getUint32(0) !== 0x1ba || view.getUint32(PCI_PACKET) !== PRIVATE_STREAM_2 || view.getUint32(DSI_PACKET) !== PRIVATE_STREAM_2)
    return null
  const isInterleaved = (view.getUint16(SML_PBI) & CATEGORY_ILVU) !== 0
  const address = (at: number) => (isInterleaved && !NO_ILVU.has(view.getUint32(at)) ? view.getUint32(at) : null)
  return {
    startPtm: ticks(view.getUint32(VOBU_S_PTM)),
    endPtm: ticks(view.getUint32(VOBU_E_PTM)),
    ilvuEnd: address(SML_PBI + 2),
    nextIlvuStart: address(SML_PBI + 6),
  }
}
